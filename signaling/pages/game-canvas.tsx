/** The picture of a game in a box of fixed size. */
import { useEffect, useRef, useState } from "preact/hooks";
import { createPixiRenderer, type DrawingRenderer, type Environment } from "../../engine/index.ts";
import type { GameRoom } from "./game-room.ts";
import { useStore } from "./store.ts";

/** Header, notes beside the game and margins: what the picture may not take, in CSS pixels. */
const RESERVED_WIDTH = 364;
const RESERVED_HEIGHT = 104;

/** A picture larger than this makes eyes travel; one smaller hides what matters. */
const WIDTH_MAX = 1_120;
const WIDTH_MIN = 480;

interface Box {
  readonly width: number;
  readonly height: number;
}

function boxFor({ width, height }: Pick<Environment, "width" | "height">): Box {
  const ratio = height / width;
  const roomWidth = Math.min(innerWidth - RESERVED_WIDTH, WIDTH_MAX);
  const roomHeight = innerHeight - RESERVED_HEIGHT;
  const fitted = Math.max(WIDTH_MIN, Math.min(roomWidth, roomHeight / ratio));
  return { width: Math.floor(fitted), height: Math.floor(fitted * ratio) };
}

/** Before the environment is loaded: the shape most games have, so that the page hardly moves. */
const USUAL_SHAPE = { width: 4, height: 3 };

/** Draws on animation frames, only what has ticked since the last one, until the returned call. */
function paintFrames(room: GameRoom, environment: Environment, renderer: DrawingRenderer) {
  let painted: unknown = null;
  let paintedTicks = -1;
  let handle = 0;
  const paint = () => {
    handle = requestAnimationFrame(paint);
    const { play } = room;
    if (play === null || (play === painted && play.episode.ticks === paintedTicks)) return;
    painted = play;
    paintedTicks = play.episode.ticks;
    try {
      renderer.render(environment.draw(play.world.state, room.start.playerIndex));
    } catch (error) {
      cancelAnimationFrame(handle);
      room.pictureFailed(error);
    }
  };
  handle = requestAnimationFrame(paint);
  return () => cancelAnimationFrame(handle);
}

export function GameCanvas({ room }: { readonly room: GameRoom }) {
  const environment = useStore(room.environment);
  const host = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box>(() => boxFor(environment ?? USUAL_SHAPE));

  useEffect(() => {
    const resize = () => setBox(boxFor(environment ?? USUAL_SHAPE));
    resize();
    addEventListener("resize", resize);
    return () => removeEventListener("resize", resize);
  }, [environment]);

  const [renderer, setRenderer] = useState<DrawingRenderer | null>(null);
  useEffect(() => {
    if (environment === null || host.current === null) return;
    let made: DrawingRenderer | null = null;
    let isGone = false;
    const { width, height } = environment;
    createPixiRenderer({ host: host.current, width, height }).then(
      (ready) => {
        made = ready;
        if (isGone) ready.destroy();
        else setRenderer(ready);
      },
      (error: unknown) => room.pictureFailed(error),
    );
    return () => {
      isGone = true;
      setRenderer(null);
      made?.destroy();
    };
  }, [environment, room]);

  useEffect(() => {
    if (renderer === null || environment === null) return;
    renderer.fit(box.width, box.height, devicePixelRatio);
    return paintFrames(room, environment, renderer);
  }, [renderer, environment, room, box]);

  return (
    <div
      ref={host}
      class="picture"
      role="img"
      aria-label="The game"
      style={{ width: `${box.width}px`, height: `${box.height}px` }}
    />
  );
}
