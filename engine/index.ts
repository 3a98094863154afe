/** The door of the engine: everything that studies, the sandbox and the server may use. */

export { InvariantError } from "./determinism/assert.ts";
export type { Hasher } from "./determinism/hash.ts";
export { canonicalJson, digestJson, loadHasher } from "./determinism/hash.ts";
export { atan2, cos, exp, ln, pow, sin } from "./determinism/math.ts";
export type { RandomState } from "./determinism/random.ts";
export { deriveSeed, nextFloat, nextInt, nextUint32, seedRandom } from "./determinism/random.ts";
export type { Color, Drawing, Shape } from "./environment/drawing.ts";
export type { Environment, StepResult } from "./environment/environment.ts";
export { defineEnvironment } from "./environment/environment.ts";
export { FLAG_ABSENT, FLAG_BOT } from "./environment/input-flag.ts";
export type { Json } from "./environment/json-action.ts";
export type { PausePolicy, PauseState } from "./environment/pause-clock.ts";
export { episodeFramesMax, PauseClock } from "./environment/pause-clock.ts";
export type { Action, Space } from "./environment/space.ts";
export { box, discrete, isAction, json, multiBinary, multiDiscrete } from "./environment/space.ts";
export type { WorldOptions } from "./environment/world.ts";
export { World } from "./environment/world.ts";
export type { BannedCall, CallTrap, Finding } from "./inspection/finding.ts";
export { callFinding, describeFinding } from "./inspection/finding.ts";
export { randomAction } from "./inspection/random-inputs.ts";
export type { SyncTestOptions, SyncTestResult } from "./inspection/sync-test.ts";
export { runSyncTest } from "./inspection/sync-test.ts";
export type { ConfirmedFrames } from "./record/confirmed-frames.ts";
export type { SessionEvent } from "./record/event.ts";
export type { DesyncReport, SessionMetrics } from "./record/metrics.ts";
export { flatten } from "./replay/flatten.ts";
export type { Recording, Replay } from "./replay/replay.ts";
export { replayEpisode } from "./replay/replay.ts";
export type { Cell, Table } from "./replay/trajectory.ts";
export type { InstalledCallTrap } from "./runtime/call-trap.ts";
export { installCallTrap } from "./runtime/call-trap.ts";
export type { EnvironmentSpeed } from "./runtime/environment-speed.ts";
export { measureSpeed } from "./runtime/environment-speed.ts";
export type { EpisodeEnd } from "./runtime/episode.ts";
export { Episode } from "./runtime/episode.ts";
export { FocusTracker } from "./runtime/focus.ts";
export { Keyboard } from "./runtime/keyboard.ts";
export type { InputSource } from "./runtime/loop.ts";
export type { DrawingRenderer } from "./runtime/pixi-renderer.ts";
export { createPixiRenderer } from "./runtime/pixi-renderer.ts";
export { Recorder } from "./runtime/recorder.ts";
export type { SessionConfig } from "./session/config.ts";
export {
  checkAbilities,
  checkSessionConfig,
  DEFAULT_SESSION_CONFIG,
  DEPARTURE_POLICIES,
  DESYNC_POLICIES,
  HIDDEN_POLICIES,
  INTERRUPTION_POLICIES,
  PREDICTORS,
} from "./session/config.ts";
export { fulfil } from "./session/fulfil.ts";
export type { P2PSessionOptions } from "./session/handshake.ts";
export { handshakeDigest } from "./session/handshake.ts";
export { P2PSession } from "./session/p2p-session.ts";
export { pausePolicyOf } from "./session/pause-policy.ts";
export type { Request } from "./session/request.ts";
export type { Resume } from "./session/return.ts";
export type { Seat } from "./session/seat.ts";
export type { InputSample, Session, SessionStatus } from "./session/session.ts";
export type { ClusterPeer } from "./simulation/cluster.ts";
export { Cluster } from "./simulation/cluster.ts";
export type { LinkProfile } from "./simulation/link-profile.ts";
export { PERFECT_LINK } from "./simulation/link-profile.ts";
export type { CarriedPacket } from "./simulation/network.ts";
export type { PacketContents } from "./simulation/packet-reader.ts";
export { PacketReader } from "./simulation/packet-reader.ts";
export type { Schedule } from "./simulation/schedule.ts";
export type { SpectatorSessionOptions } from "./spectating/spectator-session.ts";
export { SpectatorSession } from "./spectating/spectator-session.ts";
export type { FlatLayout, FlatState } from "./state/flat-layout.ts";
export { flatLayout, float32, float64, int32, uint8, uint32 } from "./state/flat-layout.ts";
export type { StateDifference } from "./state/state-difference.ts";
export { firstDifference, listDifferences } from "./state/state-difference.ts";
export type { CandidatePair } from "./transport/candidate-pair.ts";
export type { RelayTransport } from "./transport/relay.ts";
export { createRelayTransport } from "./transport/relay.ts";
export { SwitchingTransport } from "./transport/switching-transport.ts";
export type { Channel, Packet, Path, PathCounts } from "./transport/transport.ts";
export type { WebrtcTransport } from "./transport/webrtc.ts";
export { createWebrtcTransport } from "./transport/webrtc.ts";
