/**
 * Link profiles with the figures that another library published for them; plain data. Source:
 * `fortress-rollback` (a Rust library), docs/tuning.md "Measured baseline", 5,000 updates of 16 ms
 * in virtual time, input delay 0, window 8, 4-byte inputs; bytes before IP and UDP headers.
 * The links are those of `data/network-profiles.json`.
 */
import networkProfiles from "../data/network-profiles.json" with { type: "json" };
import type { LinkProfile } from "../engine/index.ts";

/** Figures of one run, as the published table has them. */
export interface ProfileFigures {
  readonly rollbacksPer100Frames: number;
  readonly rollbackDepthP99: number;
  readonly kibPerSecondPerPlayer: number;
  readonly confirmationLagMean: number;
  readonly confirmationLagMax: number;
  /** Updates in which a player could not advance, per minute and player. */
  readonly stallsPerMinute: number;
}

export interface Profile {
  readonly name: string;
  readonly playerCount: number;
  readonly link: LinkProfile;
  readonly published: ProfileFigures;
  /** Whether our targets name this profile; the others are shown for information. */
  readonly isTarget: boolean;
}

function figures(
  rollbacksPer100Frames: number,
  rollbackDepthP99: number,
  kibPerSecondPerPlayer: number,
  confirmationLagMean: number,
  stallsPerMinute: number,
): ProfileFigures {
  return {
    rollbacksPer100Frames,
    rollbackDepthP99,
    kibPerSecondPerPlayer,
    confirmationLagMean,
    confirmationLagMax: 8,
    stallsPerMinute,
  };
}

function linkOf(id: string): LinkProfile {
  const profile = networkProfiles.profiles.find((candidate) => candidate.id === id);
  if (profile === undefined) throw new Error(`Expected a network profile, got ${id}`);
  return profile.link;
}

export const PROFILES: readonly Profile[] = [
  {
    name: "2 LAN",
    playerCount: 2,
    link: linkOf("lan"),
    published: { ...figures(0.1, 1, 4.73, 1, 0), confirmationLagMax: 2 },
    isTarget: true,
  },
  {
    name: "2 Wi-Fi",
    playerCount: 2,
    link: linkOf("wifi"),
    published: figures(66.65, 4, 5.24, 2.62, 0),
    isTarget: true,
  },
  {
    name: "2 mobile",
    playerCount: 2,
    link: linkOf("mobile"),
    published: figures(71.06, 7, 5.86, 4.33, 15),
    isTarget: true,
  },
  {
    name: "4 Wi-Fi",
    playerCount: 4,
    link: linkOf("wifi"),
    published: figures(97.23, 4, 17.78, 6.12, 69),
    isTarget: true,
  },
  {
    name: "4 severe",
    playerCount: 4,
    link: linkOf("severe"),
    published: figures(119.51, 6, 6.95, 6.69, 2_064),
    isTarget: false,
  },
  {
    name: "16 regional",
    playerCount: 16,
    link: linkOf("regional"),
    published: figures(144.91, 4, 117.09, 7.39, 1_218),
    isTarget: false,
  },
];
