/** Paints drawings with pixi.js, which is loaded on first use. */
import type { Container, Graphics, Renderer, Text } from "pixi.js";
import type { Drawing, Shape } from "../environment/drawing.ts";

type Pixi = typeof import("pixi.js");
type TextShape = Extract<Shape, { readonly kind: "text" }>;
type PathShape = Exclude<Shape, TextShape>;

/** One look on every system, without a font to download. */
const FONT_FAMILY = ["system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"];

/** Texts of long-gone shapes are kept for reuse up to here; a game's score changes, its count hardly. */
const SPARE_OBJECTS_MAX = 256;

export interface RendererOptions {
  /** Gets the canvas as a child. */
  readonly host: HTMLElement;
  /** Size of the drawing in drawing units. */
  readonly width: number;
  readonly height: number;
  /** Without a graphics processor canvas is twice as fast; with one, WebGL carries more shapes. */
  readonly preference?: "canvas" | "webgl";
}

export interface DrawingRenderer {
  /** Call it from an animation frame only. */
  render(drawing: Drawing): void;
  /** Fits the drawing into a box of CSS pixels, in whole device pixels. */
  fit(boxWidth: number, boxHeight: number, devicePixelRatio: number): void;
  /** Removes the canvas; the renderer is of no use afterwards. */
  destroy(): void;
}

function tracePath(graphics: Graphics, shape: PathShape): void {
  graphics.beginPath();
  switch (shape.kind) {
    case "rect": {
      const { x, y, width, height, cornerRadius = 0 } = shape;
      if (cornerRadius > 0) graphics.roundRect(x, y, width, height, cornerRadius);
      else graphics.rect(x, y, width, height);
      return;
    }
    case "circle":
      graphics.circle(shape.x, shape.y, shape.radius);
      return;
    case "arc": {
      const { x, y, radius, startAngle, endAngle } = shape;
      graphics.moveTo(x + radius * Math.cos(startAngle), y + radius * Math.sin(startAngle));
      graphics.arc(x, y, radius, startAngle, endAngle);
      return;
    }
    case "polygon":
      graphics.poly([...shape.points], true);
      return;
    case "line": {
      const { points } = shape;
      graphics.moveTo(points[0] ?? 0, points[1] ?? 0);
      for (let i = 2; i + 1 < points.length; i += 2) {
        graphics.lineTo(points[i] as number, points[i + 1] as number);
      }
    }
  }
}

function paintPath(graphics: Graphics, shape: PathShape): void {
  const { fill, stroke, strokeWidth = 1, alpha = 1 } = shape;
  tracePath(graphics, shape);
  if (fill !== undefined && shape.kind !== "line") graphics.fill({ color: fill, alpha });
  if (stroke === undefined) return;
  graphics.stroke({ color: stroke, width: strokeWidth, alpha, cap: "round", join: "round" });
}

const ANCHORS = { left: 0, center: 0.5, right: 1 } as const;

/** Changes only what differs: each change of style or text is drawn anew by pixi. */
function paintText(text: Text, shape: TextShape, resolution: number): void {
  const { style } = text;
  if (text.text !== shape.text) text.text = shape.text;
  if (style.fontSize !== shape.sizeUnits) style.fontSize = shape.sizeUnits;
  if (style.fill !== shape.fill) style.fill = shape.fill;
  const fontWeight = shape.bold ? "bold" : "normal";
  if (style.fontWeight !== fontWeight) style.fontWeight = fontWeight;
  if (text.resolution !== resolution) text.resolution = resolution;
  text.anchor.set(ANCHORS[shape.align ?? "left"], 0.5);
  text.position.set(shape.x, shape.y);
  text.alpha = shape.alpha ?? 1;
}

/** Pooled display objects: one Graphics for each run of shapes between texts, one Text per text. */
class Canvas implements DrawingRenderer {
  private readonly pixi: Pixi;
  private readonly renderer: Renderer;
  private readonly stage: Container;
  private readonly options: RendererOptions;
  private readonly graphics: Graphics[] = [];
  private readonly texts: Text[] = [];
  private textResolution = 1;

  constructor(pixi: Pixi, renderer: Renderer, options: RendererOptions) {
    this.pixi = pixi;
    this.renderer = renderer;
    this.options = options;
    this.stage = new pixi.Container();
  }

  render(drawing: Drawing): void {
    this.renderer.background.color = drawing.background;
    this.stage.removeChildren();
    let graphicsCount = 0;
    let textCount = 0;
    let current: Graphics | null = null;
    for (const shape of drawing.shapes) {
      if (shape.kind === "text") {
        const text = this.textAt(textCount++);
        paintText(text, shape, this.textResolution);
        this.stage.addChild(text);
        current = null;
      } else {
        if (current === null) {
          current = this.graphicsAt(graphicsCount++);
          this.stage.addChild(current);
        }
        paintPath(current, shape);
      }
    }
    this.dropSpare(graphicsCount, textCount);
    this.renderer.render({ container: this.stage });
  }

  fit(boxWidth: number, boxHeight: number, devicePixelRatio: number): void {
    const { width, height } = this.options;
    const scale = Math.max(0.01, Math.min(boxWidth / width, boxHeight / height));
    // Whole device pixels: a canvas that the browser rescales by a fraction is blurred.
    const pixelWidth = Math.floor(width * scale * devicePixelRatio);
    const pixelHeight = Math.floor(height * scale * devicePixelRatio);
    this.renderer.resize(pixelWidth, pixelHeight, 1);
    const { canvas } = this.renderer;
    canvas.style.width = `${pixelWidth / devicePixelRatio}px`;
    canvas.style.height = `${pixelHeight / devicePixelRatio}px`;
    this.textResolution = pixelWidth / width;
    this.stage.scale.set(pixelWidth / width, pixelHeight / height);
  }

  destroy(): void {
    this.stage.removeChildren();
    for (const object of [...this.graphics, ...this.texts]) object.destroy();
    this.renderer.canvas.remove();
    this.renderer.destroy();
  }

  private graphicsAt(index: number): Graphics {
    const graphics = this.graphics[index] ?? new this.pixi.Graphics();
    this.graphics[index] = graphics;
    graphics.clear();
    return graphics;
  }

  private textAt(index: number): Text {
    const fresh = () => new this.pixi.Text({ style: { fontFamily: FONT_FAMILY } });
    const text = this.texts[index] ?? fresh();
    this.texts[index] = text;
    return text;
  }

  private dropSpare(graphicsCount: number, textCount: number): void {
    const spareGraphics = this.graphics.splice(graphicsCount + SPARE_OBJECTS_MAX);
    const spareTexts = this.texts.splice(textCount + SPARE_OBJECTS_MAX);
    for (const object of [...spareGraphics, ...spareTexts]) object.destroy();
  }
}

/** The caller owns the renderer and must destroy it. */
export async function createPixiRenderer(options: RendererOptions): Promise<DrawingRenderer> {
  const pixi = await import("pixi.js");
  const preference = options.preference ?? "canvas";
  // Every renderer checks at its start whether it may build code from text; a strict policy forbids it.
  await import("pixi.js/unsafe-eval");
  const renderer = await pixi.autoDetectRenderer({
    width: options.width,
    height: options.height,
    preference: preference === "webgl" ? ["webgl", "canvas"] : ["canvas"],
    antialias: true,
  });
  const canvas = renderer.canvas as HTMLCanvasElement;
  options.host.append(canvas);
  return new Canvas(pixi, renderer, options);
}
