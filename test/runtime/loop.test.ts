import { describe, expect, it } from "vitest";
import { Loop } from "../../engine/runtime/loop.ts";
import type { Session, SessionPacket, SessionStatus } from "../../engine/session/session.ts";

interface ScriptedSession extends Session {
  status: SessionStatus;
  rate: number;
  currentFrame: number;
}

/** Advances one frame a tick unless stalled, and notes what it was called with. */
function makeSession(calls: string[]): ScriptedSession {
  return {
    status: { kind: "running" },
    currentFrame: 0,
    confirmedFrame: 0,
    rate: 1,
    receive: (packets, nowMs) => calls.push(`receive ${packets.length} at ${nowMs}`),
    addLocalInput: (_, sample) => calls.push(`input ${String(sample.action)}`),
    advance(nowMs) {
      calls.push(`advance at ${nowMs}`);
      if (this.status.kind === "running") this.currentFrame++;
      return [];
    },
    reportState: () => {},
    reportConfirmed: () => {},
    takeOutgoing: () => [{ peer: 1, channel: "play", bytes: Uint8Array.of(calls.length) }],
    takeEvents: () => [{ kind: "started", atMs: 0 }],
    takeConfirmed: () => null,
    metrics: () => {
      throw new Error("not used here");
    },
  };
}

function makeLoop(fps = 20) {
  const calls: string[] = [];
  const sent: SessionPacket[] = [];
  const faults: unknown[] = [];
  const clock = { nowMs: 1_000 };
  const arrived: SessionPacket[] = [];
  let consumed = 0;
  const session = makeSession(calls);
  const loop = new Loop({
    session,
    transport: {
      drain: () => arrived.splice(0),
      send(packet) {
        sent.push(packet);
        return "sent";
      },
    },
    playerIndex: 0,
    fps,
    input: {
      sample: () => ({ action: 3, isFocused: true }),
      consume: () => {
        consumed++;
      },
    },
    now: () => clock.nowMs,
    fulfil: () => calls.push("fulfil"),
    onEvent: (event) => calls.push(event.kind),
    onTick: () => calls.push("tick"),
    onFault: (error) => faults.push(error),
  });
  const pass = (ms: number) => {
    clock.nowMs += ms;
    loop.pump();
  };
  loop.pump();
  return { loop, session, calls, sent, faults, arrived, pass, clock, consumed: () => consumed };
}

describe("loop", () => {
  it("does one tick in the one order", () => {
    const { calls, sent, arrived, pass } = makeLoop();
    arrived.push({ peer: 1, channel: "play", bytes: new Uint8Array(1) });
    pass(50);
    expect(calls).toEqual([
      ...["receive 1 at 1050", "input 3", "advance at 1050", "fulfil", "started", "tick"],
    ]);
    expect(sent).toHaveLength(1);
  });

  it("ticks as often as time has passed, however it is pumped", () => {
    const { session, pass } = makeLoop(50);
    for (let i = 0; i < 1_000; i++) pass(1);
    for (let i = 0; i < 10; i++) pass(100);
    expect(session.currentFrame).toBe(100);
  });

  it("takes packets in when they come, between ticks", () => {
    const { calls, arrived, pass } = makeLoop();
    arrived.push({ peer: 1, channel: "play", bytes: new Uint8Array(1) });
    pass(7);
    expect(calls).toEqual(["receive 1 at 1007"]);
  });

  it("follows the session's rate", () => {
    const { session, pass } = makeLoop(50);
    session.rate = 1.01;
    for (let i = 0; i < 10_000; i++) pass(1);
    expect(session.currentFrame).toBe(505);
  });

  it("[RT1] caps what it catches up after a pause, counts the pause, and goes on at the usual pace", () => {
    const { loop, session, pass } = makeLoop(20);
    pass(10_000);
    expect(session.currentFrame).toBe(5);
    expect(loop.capHits).toBe(1);
    expect(loop.skippedMs).toBe(9_750);
    pass(50);
    expect(session.currentFrame).toBe(6);
    expect(loop.capHits).toBe(1);
  });

  it("keeps a slow game going after a pause shorter than its frame", () => {
    const { loop, session, pass } = makeLoop(1);
    pass(999);
    pass(1);
    expect(session.currentFrame).toBe(1);
    expect(loop.capHits).toBe(0);
  });

  it("keeps the input of a tick in which the session stalled", () => {
    const { session, pass, consumed } = makeLoop();
    session.status = { kind: "stalled", waitingFor: [1], sinceMs: 0 };
    pass(50);
    expect(consumed()).toBe(0);
    session.status = { kind: "running" };
    pass(50);
    expect(consumed()).toBe(1);
  });

  it("forgets keys pressed before the game runs", () => {
    const { session, pass, consumed } = makeLoop();
    session.status = { kind: "handshaking" };
    pass(50);
    expect(consumed()).toBe(1);
  });

  it("stops at the first error and says so once", () => {
    const { session, faults, pass } = makeLoop();
    session.advance = () => {
      throw new Error("broken invariant");
    };
    pass(200);
    pass(200);
    expect(faults).toEqual([new Error("broken invariant")]);
  });

  it("does nothing when pumped from within a tick, or after it was stopped", () => {
    const { loop, session, pass, calls } = makeLoop();
    session.takeOutgoing = () => {
      loop.pump();
      return [];
    };
    pass(50);
    expect(calls.filter((call) => call === "tick")).toHaveLength(1);
    loop.stop();
    pass(500);
    expect(session.currentFrame).toBe(1);
  });
});
