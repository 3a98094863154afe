/** Waiting for a partner: how many are here, for how long, until when. */
import { useEffect, useState } from "preact/hooks";
import type { WaitroomView } from "../protocol.ts";
import { clockText } from "./clock-text.ts";
import { useNowMs } from "./now.ts";

interface Props {
  /** Null until the server has said how long the wait may be. */
  readonly waitroom: WaitroomView | null;
  readonly groupSize: number;
}

function Seats({ count, groupSize }: { readonly count: number; readonly groupSize: number }) {
  const seats = Array.from({ length: groupSize }, (_, i) => i);
  return (
    <div class="seats" aria-hidden="true">
      {seats.map((seat) => (
        <span key={seat} class={seat < count ? "seat taken" : "seat"} />
      ))}
    </div>
  );
}

export function WaitingRoom({ waitroom, groupSize }: Props) {
  const [receivedAtMs, setReceivedAtMs] = useState(() => performance.now());
  useEffect(() => setReceivedAtMs(performance.now()), [waitroom]);
  const nowMs = useNowMs(true);
  const waitedMs = (waitroom?.waitedMs ?? 0) + Math.max(0, nowMs - receivedAtMs);
  const timeoutMs = waitroom?.timeoutMs ?? 0;
  const isCountShown = waitroom?.waitingCount !== null;
  const here = Math.max(1, Math.min(waitroom?.waitingCount ?? 1, groupSize));
  const isPair = groupSize === 2;
  const isProbing = waitroom?.isProbing ?? false;
  // Enough people, and no game: the study wants others, or others first.
  const isChoosing = here === groupSize && !isProbing;
  return (
    <section class="waiting" aria-label="Waiting room">
      <h1>{isPair ? "Finding your partner" : "Finding your group"}</h1>
      {isCountShown && <Seats count={isChoosing ? 1 : here} groupSize={groupSize} />}
      <p class="waiting-count" role="status">
        {isProbing && "Checking the connection between you…"}
        {isChoosing && `Still looking for a ${isPair ? "partner" : "group"} that fits`}
        {isCountShown && !isProbing && !isChoosing && `${here} of ${groupSize} players here`}
      </p>
      <progress
        value={timeoutMs > 0 ? Math.min(waitedMs, timeoutMs) : 0}
        max={Math.max(1, timeoutMs)}
        aria-label="Time waited"
      />
      <p class="waiting-times">
        <span>Waited {clockText(waitedMs)}</span>
        {timeoutMs > 0 && <span>We stop looking in {clockText(timeoutMs - waitedMs)}</span>}
      </p>
      <p class="quiet">
        The game starts by itself as soon as {isPair ? "your partner is" : "everybody is"} found.
        Please keep this page open and in view.
      </p>
    </section>
  );
}
