import { compilePolicy } from "./policy.ts";
import { PRESETS } from "./presets.ts";
import { Secrets } from "./secrets.ts";
import type { NetworkOptions } from "./session.ts";

/** One thing that a sandbox's network is set to, in words. */
export interface NetworkFact {
  readonly name: "network" | "loopback" | "secrets" | "relay" | "recording";
  readonly detail: string;
  /** It is worth a second look. */
  readonly isOpen?: boolean;
}

/**
 * What a network is set to, for people: rules, the switch for this machine's own servers, secrets without their values, relay,
 * recording. Throws SandboxError `invalid` for a policy or a secret that is none.
 */
export function describeNetwork(options: NetworkOptions = {}): NetworkFact[] {
  const { policy = {}, secrets = {}, relay, record, replay } = options;
  const { name, otherwise, allowLoopback, allow, deny } = compilePolicy(policy);
  new Secrets(secrets);
  const held = Object.entries(secrets).map(
    ([variable, { inject, hosts }]) => `${variable} (${inject}) to ${hosts.join(", ")}`,
  );
  const count = (rules: readonly unknown[]) => `${rules.length} rule${rules.length === 1 ? "" : "s"}`;
  return [
    {
      name: "network",
      detail: `${name} (presets: ${Object.keys(PRESETS).join(", ")}): ${count(allow)} to allow, ${count(deny)} to deny, what no rule speaks of is ${otherwise === "ask" ? "asked about" : "refused"}`,
    },
    {
      name: "loopback",
      detail: allowLoopback ? "OPEN: programs reach servers of this machine; for tests" : "closed",
      isOpen: allowLoopback,
    },
    { name: "secrets", detail: held.join("; ") || "none" },
    { name: "relay", detail: relay ?? "none" },
    {
      name: "recording",
      detail:
        replay !== undefined
          ? `requests are answered from "${replay.name}"`
          : record !== undefined
            ? `requests are recorded${record.name === undefined ? "" : ` into "${record.name}"`}`
            : "none",
    },
  ];
}
