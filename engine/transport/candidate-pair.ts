/** Which network path a WebRTC connection found, read from its statistics. */

/** Candidate types are ICE's: host, srflx, prflx, relay. */
export interface CandidatePair {
  readonly type: "direct" | "relay";
  readonly localCandidateType: string;
  readonly remoteCandidateType: string;
  readonly protocol: string | null;
  /** How the TURN server is reached; null without one. */
  readonly relayProtocol: string | null;
}

/** The members of statistics entries that are read; browsers differ in which they give. */
interface StatsEntry {
  readonly id: string;
  readonly type: string;
  readonly state?: string;
  readonly nominated?: boolean;
  readonly selected?: boolean;
  readonly selectedCandidatePairId?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
  readonly protocol?: string;
  readonly relayProtocol?: string;
}

function selectedPair(entries: ReadonlyMap<string, StatsEntry>): StatsEntry | null {
  for (const entry of entries.values()) {
    if (entry.type !== "transport" || entry.selectedCandidatePairId === undefined) continue;
    return entries.get(entry.selectedCandidatePairId) ?? null;
  }
  // Firefox has no transport entry; it marks the pair itself.
  for (const entry of entries.values()) {
    if (entry.type !== "candidate-pair") continue;
    if (entry.selected || (entry.nominated && entry.state === "succeeded")) return entry;
  }
  return null;
}

/** Null before a pair is chosen. */
export async function readCandidatePair(
  connection: Pick<RTCPeerConnection, "getStats">,
): Promise<CandidatePair | null> {
  const entries = new Map<string, StatsEntry>();
  const report = await connection.getStats();
  report.forEach((entry: StatsEntry) => {
    entries.set(entry.id, entry);
  });
  const pair = selectedPair(entries);
  const local = entries.get(pair?.localCandidateId ?? "");
  const remote = entries.get(pair?.remoteCandidateId ?? "");
  if (!local?.candidateType || !remote?.candidateType) return null;
  const isRelayed = local.candidateType === "relay" || remote.candidateType === "relay";
  return {
    type: isRelayed ? "relay" : "direct",
    localCandidateType: local.candidateType,
    remoteCandidateType: remote.candidateType,
    protocol: local.protocol ?? null,
    relayProtocol: local.relayProtocol ?? null,
  };
}
