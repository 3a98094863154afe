/** A replay with a slider: what the participant saw in each frame, and what their page knew then. */
import { useEffect, useRef, useState } from "preact/hooks";
import { createPixiRenderer, type DrawingRenderer } from "../../../engine/index.ts";
import type { ReplayPlayer } from "../replay-player.ts";

export function ReplayView({ player }: { readonly player: ReplayPlayer }) {
  const [frame, setFrame] = useState(0);
  const { file, firstDifferingFrame } = player;
  const { observer } = file;
  const guessed = file.players.flatMap(({ agent }, i) =>
    observer.wasPredicted[frame]?.[i] ? [agent] : [],
  );
  return (
    <div class="replay">
      <p>
        {file.environment.id}, {file.subjectId}, episode {file.episode}: {player.frameCount} frames,{" "}
        {file.status}.{" "}
        {firstDifferingFrame === null
          ? "Every hash is the recorded one."
          : `The hashes differ from frame ${firstDifferingFrame} on.`}
      </p>
      <ReplayScreen player={player} frame={frame} />
      <input
        type="range"
        aria-label="Frame"
        min="0"
        max={player.frameCount}
        value={frame}
        onInput={(event) => setFrame(Number(event.currentTarget.value))}
      />
      <p>
        frame {frame} · inputs {JSON.stringify(file.actions[frame] ?? [])} · rolled back{" "}
        {observer.rollbackDepthFrames[frame] ?? 0} frames · guessed first:{" "}
        {guessed.join(", ") || "–"}
      </p>
    </div>
  );
}

function ReplayScreen({
  player,
  frame,
}: {
  readonly player: ReplayPlayer;
  readonly frame: number;
}) {
  const host = useRef<HTMLDivElement>(null);
  const [renderer, setRenderer] = useState<DrawingRenderer | null>(null);
  const { environment, file } = player;
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    const { width, height } = environment;
    let made: DrawingRenderer | null = null;
    let isGone = false;
    void createPixiRenderer({ host: element, width, height }).then((ready) => {
      if (isGone) return ready.destroy();
      made = ready;
      ready.fit(element.clientWidth, element.clientHeight, window.devicePixelRatio);
      setRenderer(ready);
    });
    return () => {
      isGone = true;
      made?.destroy();
    };
  }, [environment]);
  useEffect(() => {
    renderer?.render(environment.draw(player.stateAt(frame), file.playerIndex));
  }, [renderer, player, frame, environment, file]);
  return <div class="screen" ref={host} />;
}
