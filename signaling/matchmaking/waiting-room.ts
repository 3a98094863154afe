/** The queue of one gym scene: who waits, who plays with whom, and until when, with the server's own timer. */
import type { Clock } from "../clock.ts";
import type { MatchRecord } from "../store/match-schema.ts";
import type { MatchCandidate, Matchmaking, MatchRequest } from "../study/index.ts";
import { askMatchmaker } from "./custom-matcher.ts";
import {
  type Candidate,
  type MatchRules,
  matchWaiting,
  type Proposal,
  rttLimitMs,
} from "./matcher.ts";
import type { ProbeLink } from "./probe.ts";
import { ProbeBoard, type ProbeRun } from "./probe-board.ts";

/** Whom somebody played with last. */
export type Acquaintance = Pick<Candidate, "partners" | "arePartnersGone">;

type Base = "schemaVersion" | "atMs" | "sceneId" | "candidates";
type WithoutBase<T> = T extends MatchRecord ? Omit<T, Base> : never;
/** What happened in the room. */
export type MatchEvent = WithoutBase<MatchRecord>;
export type Waited = MatchRecord["candidates"][number];

export interface WaitingRoomOptions {
  readonly sceneId: string;
  readonly groupSize: number;
  readonly timeoutMs: number;
  readonly matchmaking: Matchmaking;
  readonly clock: Clock;
  acquaintance(subjectId: string): Acquaintance;
  /** What a study's own matchmaker is told of somebody. */
  profile(subjectId: string): Pick<MatchCandidate, "answers" | "condition">;
  /** Lets the pages of the group open their paths to each other and measure them; returns the id of the game to be. */
  openLines(subjectIds: readonly string[]): string;
  closeLines(gameId: string): void;
  /** They have left the room; player i is the i-th. Takes over the lines of `gameId`, if any; returns the game's id. */
  onMatch(subjectIds: readonly string[], gameId: string | null): string;
  /** They have left the room. */
  onTimeout(subjectId: string): void;
  /** Told once a second and whenever somebody comes or goes. */
  onWait(subjectId: string, waitedMs: number, waitingCount: number, isProbing: boolean): void;
  /** `candidates` are those who were waiting when it happened. */
  onEvent(event: MatchEvent, candidates: Waited[]): void;
  /** Something of ours failed outside any message. */
  onFault(error: unknown): void;
}

interface Waiting {
  readonly subjectId: string;
  readonly visitId: string;
  /** Of the steady clock. */
  readonly sinceMs: number;
}

const TELL_INTERVAL_MS = 1_000;
const STRANGER: Acquaintance = { partners: [], arePartnersGone: false };

export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  readonly #rules: MatchRules;
  readonly #probes: ProbeBoard;
  /** In order of arrival. */
  #queue: Waiting[] = [];
  /** Time waited before a lost connection counts, so that coming back does not begin anew. */
  readonly #waitedMs = new Map<string, number>();
  #isAsking = false;
  #cancelTick: (() => void) | null = null;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
    this.#rules = { ...options.matchmaking, groupSize: options.groupSize };
    this.#probes = new ProbeBoard({
      clock: options.clock,
      openLines: (subjectIds) => options.openLines(subjectIds),
      onJudged: (run) => this.#judged(run),
    });
  }

  /** Joining twice changes nothing. */
  join(subjectId: string, visitId: string): void {
    if (this.#find(subjectId) !== undefined) return;
    const key = `${subjectId} ${visitId}`;
    const sinceMs = this.#nowMs() - (this.#waitedMs.get(key) ?? 0);
    this.#queue.push({ subjectId, visitId, sinceMs });
    this.#tick();
  }

  leave(subjectId: string): void {
    const waiting = this.#find(subjectId);
    if (waiting === undefined) return;
    const run = this.#probes.abandon(subjectId);
    if (run !== null) this.#endProbe(run, "abandoned", run.proposal.limitMs);
    const waitedMs = this.#nowMs() - waiting.sinceMs;
    this.#release([subjectId]);
    this.#waitedMs.set(`${subjectId} ${waiting.visitId}`, waitedMs);
    this.#tick();
  }

  /** What a page of a group that is probed has measured. */
  report(subjectId: string, gameId: string, links: readonly ProbeLink[]): void {
    this.#probes.report(subjectId, gameId, links);
  }

  close(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#probes.close();
    this.#queue = [];
  }

  #find(subjectId: string): Waiting | undefined {
    return this.#queue.find((waiting) => waiting.subjectId === subjectId);
  }

  /** Whole milliseconds, as records and pages show them. */
  #nowMs(): number {
    return Math.floor(this.#options.clock.steadyMs());
  }

  /** By one look at the clock: between two of them a busy machine may let pass more than lies between two arrivals. */
  #waited(queue: readonly Waiting[]): Waited[] {
    const nowMs = this.#nowMs();
    return queue.map(({ subjectId, sinceMs }) => ({ subjectId, waitedMs: nowMs - sinceMs }));
  }

  #release(subjectIds: readonly string[]): void {
    const isGone = ({ subjectId }: Waiting) => subjectIds.includes(subjectId);
    for (const { subjectId, visitId } of this.#queue.filter(isGone)) {
      this.#waitedMs.delete(`${subjectId} ${visitId}`);
    }
    this.#queue = this.#queue.filter((waiting) => !isGone(waiting));
  }

  #tick(): void {
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#scan();
    const { clock, timeoutMs, onWait } = this.#options;
    for (const { subjectId, waitedMs } of this.#waited(this.#free())) {
      if (waitedMs >= timeoutMs) this.#timeOut(subjectId, "waitroom_timeout");
    }
    const waited = this.#waited(this.#queue);
    for (const { subjectId, waitedMs } of waited) {
      onWait(subjectId, waitedMs, waited.length, this.#probes.isBusy(subjectId));
    }
    if (this.#queue.length === 0) return;
    // A time-out waits for the end of a probe.
    const leftMs = waited.map(({ waitedMs }) => timeoutMs - waitedMs);
    const nextMs = Math.min(TELL_INTERVAL_MS, ...leftMs.filter((ms) => ms > 0));
    this.#cancelTick = clock.after(nextMs, () => this.#tick());
  }

  #timeOut(subjectId: string, reason: "waitroom_timeout" | "known_group_missing"): void {
    const candidates = this.#waited(this.#queue);
    const waitedMs = candidates.find((one) => one.subjectId === subjectId)?.waitedMs;
    if (waitedMs === undefined) return;
    this.#release([subjectId]);
    this.#options.onTimeout(subjectId);
    this.#options.onEvent({ event: "timeout", subjectId, waitedMs, reason }, candidates);
  }

  /** Those in no probe, the longest waiting first. */
  #free(): Waiting[] {
    return this.#queue
      .filter(({ subjectId }) => !this.#probes.isBusy(subjectId))
      .sort((one, other) => one.sinceMs - other.sinceMs);
  }

  #scan(): void {
    const { matchmaking, groupSize } = this.#options;
    if (matchmaking.matchmaker === null) this.#matchByRules();
    else if (!this.#isAsking && this.#free().length >= groupSize) void this.#matchByAsking();
  }

  #matchByRules(): void {
    const { acquaintance } = this.#options;
    const isAnybodyKept = this.#rules.groupWaitTimeoutMs !== null;
    const candidates = this.#waited(this.#free()).map((waited): Candidate => {
      const known = isAnybodyKept ? acquaintance(waited.subjectId) : STRANGER;
      return { ...waited, ...known };
    });
    const { proposals, expired } = matchWaiting(candidates, this.#rules, (one, other) =>
      this.#probes.estimate(one, other),
    );
    for (const proposal of proposals) this.#propose(proposal);
    for (const subjectId of expired) this.#timeOut(subjectId, "known_group_missing");
  }

  async #matchByAsking(): Promise<void> {
    const { clock, matchmaking, onEvent, onFault } = this.#options;
    this.#isAsking = true;
    try {
      const answer = await askMatchmaker(matchmaking, this.#request(), clock);
      if (answer.kind === "failed") {
        onEvent({ event: "matcher_failure", detail: answer.detail }, this.#waited(this.#queue));
        this.#matchByRules();
      } else {
        for (const proposal of answer.proposals) this.#propose(proposal);
      }
    } catch (error) {
      onFault(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #request(): MatchRequest {
    const { sceneId, groupSize, clock, acquaintance, profile } = this.#options;
    const candidates = this.#waited(this.#free()).map(({ subjectId, waitedMs }) => {
      const { partners } = acquaintance(subjectId);
      return { subjectId, waitedMs, partners, ...profile(subjectId) };
    });
    const rtts = this.#probes.findings(new Set(candidates.map(({ subjectId }) => subjectId)));
    return { sceneId, groupSize, nowMs: clock.nowMs(), candidates, rtts };
  }

  /** Somebody may have left since the proposal was made, or be known to be out of reach: then it is void. */
  #propose(proposal: Proposal): void {
    const { subjectIds, limitMs } = proposal;
    const areFree = subjectIds.every(
      (id) => this.#find(id) !== undefined && !this.#probes.isBusy(id),
    );
    if (!areFree || !this.#probes.isOpenTo(proposal)) return;
    if (limitMs === null) this.#match(proposal, null);
    else this.#probes.start(proposal);
  }

  #match({ subjectIds, reason, limitMs }: Proposal, run: ProbeRun | null): void {
    const { onMatch, onEvent } = this.#options;
    const candidates = this.#waited(this.#queue);
    this.#release(subjectIds);
    const gameId = onMatch(subjectIds, run?.gameId ?? null);
    const rtts = run?.probe.pairs() ?? [];
    const group = [...subjectIds];
    onEvent({ event: "match", gameId, group, reason, limitMs, rtts: [...rtts] }, candidates);
  }

  /** The limit may have been relaxed while the pages measured. */
  #judged(run: ProbeRun): void {
    const { subjectIds } = run.proposal;
    const group = this.#queue.filter(({ subjectId }) => subjectIds.includes(subjectId));
    const waitedMs = this.#waited(group).map((one) => one.waitedMs);
    const limitMs = rttLimitMs(this.#rules.rttLimits, Math.max(0, ...waitedMs));
    const isAccepted = run.probe.passes(limitMs);
    this.#endProbe(run, isAccepted ? "accepted" : "rejected", limitMs);
    if (isAccepted) this.#match({ ...run.proposal, limitMs }, run);
    this.#tick();
  }

  #endProbe(
    { gameId, probe }: ProbeRun,
    outcome: "accepted" | "rejected" | "abandoned",
    limitMs: number | null,
  ): void {
    const { clock, closeLines, onEvent } = this.#options;
    if (outcome !== "accepted") closeLines(gameId);
    const durationMs = Math.round(clock.steadyMs() - probe.startedAtMs);
    const [group, rtts] = [[...probe.subjectIds], [...probe.pairs()]];
    const event = { event: "probe" as const, gameId, group, limitMs, rtts, outcome, durationMs };
    onEvent(event, this.#waited(this.#queue));
  }
}
