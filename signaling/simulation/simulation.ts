/** A whole study run by simulated participants on a server of its own, and what came of it. */
import { access, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { pino } from "pino";
import { NO_ADDRESS_LIMITS } from "../limits/limits.ts";
import { type RunningServer, startServer } from "../server.ts";
import { DataError } from "../store/data-folder.ts";
import type { Study } from "../study/index.ts";
import { loadStudy } from "../study-file.ts";
import type { CrowdOptions, CrowdReport } from "./crowd.ts";
import type { CrowdMessage } from "./crowd-worker.ts";
import { checkDataFiles } from "./data-check.ts";
import { countEpisodes, type EpisodeCounts } from "./episode-count.ts";
import { watchLoop } from "./loop-delay.ts";
import { drawPersonas } from "./persona.ts";
import type { Ending } from "./simulated-participant.ts";

export interface SimulationOptions {
  readonly studyPath: string;
  readonly participants: number;
  readonly dropoutRatio: number;
  readonly reloadRatio: number;
  readonly arrivalsPerMinute: number;
  /** How many times faster than people participants read and answer. */
  readonly speed: number;
  readonly seed: number;
  /** Null for a new folder that is kept. */
  readonly dataDir: string | null;
  /** Told how many have ended, and of all. */
  onProgress(ended: number, participants: number): void;
}

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface SimulationReport {
  readonly experimentId: string;
  readonly participants: number;
  readonly seed: number;
  readonly dataPath: string;
  readonly durationMs: number;
  /** Participants by the name of their way out; `dropped_out` for those who were made to vanish. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Participants who neither came to an end nor vanished. */
  readonly waitingForEver: number;
  /** From a page's message to the server's answer, by event; `all` for all together. */
  readonly acknowledgements: Readonly<Record<string, Latency>>;
  /** How late the timers of the participants' and of the server's thread were, at the 95th percentile. */
  readonly loopDelaysMs: { readonly participants: number; readonly server: number };
  readonly episodes: EpisodeCounts;
  readonly filesChecked: number;
  readonly unhandledRejections: number;
  /** One sentence for each thing that is wrong; empty when all is well. */
  readonly findings: readonly string[];
}

/** What a scene without a game takes people, roughly; only the moments of dropouts depend on it. */
const SCENE_MS = 17_000;
/** What registration, an answer and the slowest page load may take on a busy machine. */
const STUCK_MARGIN_MS = 120_000;
const US_PER_MS = 1_000;
const PROGRESS_INTERVAL_MS = 5_000;

function expectedMs(study: Study, speed: number): number {
  const ofScene = (scene: Study["scenes"][number]) => {
    if (scene.kind !== "gym") return 0;
    const { numEpisodes, maxSteps } = scene.gym;
    return ((maxSteps ?? 900) / 30) * 1_000 * numEpisodes;
  };
  return study.scenes.reduce((sum, scene) => sum + ofScene(scene) + SCENE_MS / speed, 0);
}

function stuckAfterMs(study: Study): number {
  const waits = study.scenes.map((scene) =>
    scene.kind === "gym" ? scene.gym.waitroomTimeoutMs : 0,
  );
  return Math.max(0, ...waits) + STUCK_MARGIN_MS;
}

async function openDataDir(given: string | null, experimentId: string): Promise<string> {
  if (given === null) return await mkdtemp(join(tmpdir(), "tandem-simulation-"));
  const path = join(resolve(given), experimentId);
  const isUsed = await access(path).then(
    () => true,
    () => false,
  );
  if (!isUsed) return given;
  throw new DataError(
    `Expected no data yet in ${path}: simulated participants would mix with those that are there. Choose another --data-dir.`,
  );
}

function latencyOf(histogram: RecordableHistogram): Latency {
  const ms = (us: number) => Math.round(us / (US_PER_MS / 10)) / 10;
  return {
    count: histogram.count,
    p50Ms: ms(histogram.percentile(50)),
    p95Ms: ms(histogram.percentile(95)),
    p99Ms: ms(histogram.percentile(99)),
    maxMs: ms(histogram.max),
  };
}

export function latenciesOf(report: CrowdReport): Readonly<Record<string, Latency>> {
  const all = createHistogram();
  for (const histogram of report.latencies.values()) all.add(histogram);
  const named = [...report.latencies].map(([event, one]) => [event, latencyOf(one)] as const);
  return { ...Object.fromEntries(named), ...(all.count > 0 ? { all: latencyOf(all) } : {}) };
}

function outcomesOf(endings: readonly Ending[]): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const ending of endings) {
    const name = ending.kind === "ended" ? ending.outcome : ending.kind.replace("-", "_");
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return outcomes;
}

function endingFindings(endings: CrowdReport["endings"]): readonly string[] {
  return endings.flatMap((ending) => {
    if (ending.kind === "stuck") {
      return [`Participant ${ending.subjectId} waits for ever at ${ending.where}.`];
    }
    if (ending.kind !== "refused") return [];
    return [
      `Participant ${ending.subjectId} was refused at ${ending.where}: ${ending.message} A scene whose answers depend on each other cannot be filled in at random.`,
    ];
  });
}

interface Crowd {
  readonly report: CrowdReport;
  readonly rejections: readonly string[];
}

/** Runs the crowd in a thread of its own. */
function startCrowd(options: CrowdOptions, onEnded: () => void): Promise<Crowd> {
  const rejections: string[] = [];
  const worker = new Worker(new URL("./crowd-worker.ts", import.meta.url), {
    workerData: options,
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: CrowdMessage) => {
      if (message.kind === "ended") onEnded();
      else if (message.kind === "rejection") rejections.push(message.message);
      else {
        void worker.terminate();
        resolve({ report: message.report, rejections });
      }
    });
    worker.on("error", reject);
  });
}

interface Finished extends Crowd {
  readonly server: RunningServer;
  readonly serverRejections: readonly string[];
  readonly serverDelayMs: number;
  readonly durationMs: number;
}

async function runStudy(
  study: Study,
  dataDir: string,
  options: SimulationOptions,
): Promise<Finished> {
  const { studyPath, speed, participants, onProgress } = options;
  const serverRejections: string[] = [];
  const onRejection = (reason: unknown) =>
    void serverRejections.push(String((reason as Error | null)?.stack ?? reason));
  process.on("unhandledRejection", onRejection);
  const server = await startServer({
    studyPath,
    port: 0,
    dataDir,
    host: "127.0.0.1",
    limits: NO_ADDRESS_LIMITS,
    // Participants without a browser have no database in it, and each says so.
    log: pino({ level: "error" }, pino.destination(2)),
  });
  let ended = 0;
  const progress = setInterval(() => onProgress(ended, participants), PROGRESS_INTERVAL_MS);
  const startedAtMs = performance.now();
  const loop = watchLoop();
  try {
    const crowd = await startCrowd(
      {
        url: `http://127.0.0.1:${server.port}`,
        personas: drawPersonas({ ...options, expectedMs: expectedMs(study, speed) }),
        speed,
        stuckAfterMs: stuckAfterMs(study),
      },
      () => ended++,
    );
    const durationMs = Math.round(performance.now() - startedAtMs);
    return { ...crowd, server, serverRejections, serverDelayMs: loop.stop(), durationMs };
  } finally {
    clearInterval(progress);
    await server.close();
    process.off("unhandledRejection", onRejection);
  }
}

/**
 * Runs the study; resolves when every participant's way has ended and every file is written.
 * @throws StudyError or DataError with sentences for the person who started it.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const study = await loadStudy(options.studyPath);
  const dataDir = await openDataDir(options.dataDir, study.experimentId);
  const { report, rejections, serverRejections, serverDelayMs, server, durationMs } =
    await runStudy(study, dataDir, options);
  const episodes = countEpisodes(server.dataPath);
  const { checked, faults } = await checkDataFiles(server.dataPath);
  const unhandled = [...rejections, ...serverRejections];
  const { endings } = report;
  return {
    experimentId: study.experimentId,
    participants: options.participants,
    seed: options.seed,
    dataPath: server.dataPath,
    durationMs,
    outcomes: outcomesOf(endings),
    waitingForEver: endings.filter(({ kind }) => kind === "stuck").length,
    acknowledgements: latenciesOf(report),
    loopDelaysMs: { participants: report.ownDelayMs, server: serverDelayMs },
    episodes,
    filesChecked: checked,
    unhandledRejections: unhandled.length,
    findings: [
      ...endingFindings(endings),
      ...episodes.findings,
      ...faults.map((fault) => `A file breaks its schema: ${fault}`),
      ...unhandled.map((stack) => `Nobody handled a rejection: ${stack}`),
    ],
  };
}
