/** A game while it is played: the picture, and beside it everything the player needs to know. */
import type { SceneView } from "../protocol.ts";
import { GameCanvas } from "./game-canvas.tsx";
import type { GameRoom } from "./game-room.ts";
import { connectionWording, noticeOf } from "./game-wording.ts";
import { Html } from "./html.tsx";
import { KeyHelp } from "./key-help.tsx";
import { useNowMs } from "./now.ts";
import { pauseViewOf } from "./pause-view.ts";
import { StatusDot } from "./status-dot.tsx";
import { useStore } from "./store.ts";
import type { StudySocket } from "./study-socket.ts";

interface Props {
  readonly scene: Extract<SceneView, { kind: "gym" }>;
  readonly room: GameRoom;
  readonly socket: StudySocket;
}

function NoticeOver({ room }: { readonly room: GameRoom }) {
  const view = useStore(room.view);
  const { phase } = view;
  const pause = room.play?.world.pause ?? null;
  // A world tells nobody when it waits: where it can, it is looked at as often as a countdown is drawn.
  const endMs = phase.kind === "break" ? phase.resumesAtMs : view.waitsUntilMs;
  const nowMs = useNowMs(endMs !== null || pause !== null);
  const secondsLeft = endMs === null ? 0 : Math.max(0, Math.ceil((endMs - nowMs) / 1000));
  const notice = noticeOf(phase, view, secondsLeft, pauseViewOf(pause, room.start));
  return (
    <div class={notice === null ? "notice hidden" : "notice"} role="status" aria-live="polite">
      {notice !== null && (
        <div class="notice-card">
          <strong>{notice.title}</strong>
          <span>{notice.text}</span>
        </div>
      )}
    </div>
  );
}

export function GameScene({ scene, room, socket }: Props) {
  const view = useStore(room.view);
  const line = useStore(socket.line);
  const wording = connectionWording(line, view.partner);
  return (
    <div class="game">
      <div class="stage">
        <GameCanvas room={room} />
        <NoticeOver room={room} />
      </div>
      <aside class="beside" aria-label="About this game">
        <h1>{scene.header}</h1>
        <dl class="facts">
          <div>
            <dt>Round</dt>
            <dd>
              {view.episode + 1} of {view.episodeCount}
            </dd>
          </div>
          <div>
            <dt>{view.partner === null ? "Connection" : "Your partner"}</dt>
            <dd>
              <span role="status" data-testid="connection">
                <StatusDot tone={wording.tone} />
                {wording.text}
              </span>
            </dd>
          </div>
        </dl>
        <KeyHelp entries={scene.keyHelp} />
        <Html html={scene.inGameBodyHtml} />
      </aside>
    </div>
  );
}
