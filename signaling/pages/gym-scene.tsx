/** A scene with a game: what to do, the wait for others, the game itself. */
import { useEffect, useState } from "preact/hooks";
import type { SceneView, WaitroomView } from "../protocol.ts";
import type { GameRoom } from "./game-room.ts";
import { GameScene } from "./game-scene.tsx";
import { Html } from "./html.tsx";
import { KeyHelp } from "./key-help.tsx";
import { useStore } from "./store.ts";
import type { StudySocket } from "./study-socket.ts";
import { WaitingRoom } from "./waiting-room.tsx";
import "./gym-scene.css";

interface Props {
  readonly scene: Extract<SceneView, { kind: "gym" }>;
  readonly waitroom: WaitroomView | null;
  /** Null before the game starts. */
  readonly room: GameRoom | null;
  readonly socket: StudySocket;
}

export function GymScene({ scene, waitroom, room, socket }: Props) {
  const [hasJoined, setJoined] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const { visitId, groupSize } = scene;
  const isConnected = useStore(socket.line).kind === "connected";
  const isWaiting = hasJoined && room === null;

  // Again after every reconnect: the server lets go of somebody whose line was lost while waiting.
  useEffect(() => {
    if (!isWaiting || !isConnected) return;
    void socket.requestUntilAnswered("join-waitroom", { visitId }).then((answer) => {
      if (answer.ok) return;
      setFault(answer.message);
      setJoined(false);
    });
  }, [isWaiting, isConnected, socket, visitId]);

  if (room !== null) return <GameScene scene={scene} room={room} socket={socket} />;

  const join = () => {
    setJoined(true);
    setFault(null);
  };

  if (hasJoined && groupSize > 1) {
    return (
      <article class="card">
        <WaitingRoom waitroom={waitroom} groupSize={groupSize} />
        <KeyHelp entries={scene.keyHelp} />
      </article>
    );
  }
  const label = groupSize > 1 ? "I am ready" : "Start the game";
  return (
    <article class="card">
      <h1>{scene.header}</h1>
      <Html html={scene.bodyHtml} />
      <KeyHelp entries={scene.keyHelp} />
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="actions">
        <button type="button" class="primary" disabled={hasJoined} onClick={join}>
          {hasJoined ? "One moment…" : label}
        </button>
      </div>
    </article>
  );
}
