import type { TrustRoot } from "./trust.ts";

/** The official registry's pinned root: the default, and the only one unless a user adds another. */
export const OFFICIAL: TrustRoot = {
  name: "official",
  version: 1,
  keys: ["5b328e0316cb4b82abd46b3f9ac04e10ad776996809cb7db0ec3e18752c734f4"],
  threshold: 1,
};
