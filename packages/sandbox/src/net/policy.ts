import { SandboxError } from "../errors.ts";
import { type AddressClass, classifyAddress } from "./address.ts";
import { isBadPort } from "./ports.ts";
import { PRESETS, type PresetName } from "./presets.ts";
import { decodedPath, normaliseHost, type Target } from "./url.ts";

/** Which requests a rule speaks of. What is absent: in `allow` the narrow default, in `deny` anything. */
export interface NetRule {
  /** Exact name or address, `*.example.org` (below it, not itself), or `*`. */
  readonly host: string;
  /** `allow`: https only; `*` is both. */
  readonly scheme?: "http" | "https" | "*";
  /** `allow`: the scheme's own; `*` is any but those that other protocols use. */
  readonly port?: number | "*";
  /** The path begins with these segments; `allow`: any path. */
  readonly path?: string;
  /** `allow`: GET and HEAD; `*` is any. */
  readonly methods?: readonly string[] | "*";
}

/** What programs may ask of the network. A deny rule always wins; what no rule allows is refused, or asked about. */
export interface NetPolicy {
  /** A set of rules to start from; default `off`. */
  readonly preset?: PresetName;
  readonly allow?: readonly NetRule[];
  readonly deny?: readonly NetRule[];
  /** What happens where no rule speaks; default `deny` (`ask` in the preset of that name). */
  readonly otherwise?: "deny" | "ask";
  /** For tests against servers of this machine: loopback addresses are open. Default false; `shadowbox doctor` shows it. */
  readonly allowLoopback?: boolean;
  readonly limits?: Partial<NetLimits>;
}

/** Bounds of requests; sizes in bytes, times in milliseconds. */
export interface NetLimits {
  /** Requests of one sandbox; default 10,000. */
  readonly requests: number;
  /** Redirects in a row that a program may follow; default 50, as curl's. */
  readonly redirects: number;
  /** At once; further ones wait; default 64. */
  readonly concurrency: number;
  /** Body of a request; default 256 MiB. */
  readonly requestBytes: number;
  /** Body of a response, decoded; default 2 GiB. */
  readonly responseBytes: number;
  /** Both ways of one sandbox together; default 16 GiB. */
  readonly totalBytes: number;
  /** Names and values of a request's or a response's headers; default 64 KiB. */
  readonly headerBytes: number;
  /** From the start to the last byte; default 30 minutes. */
  readonly timeMs: number;
  /** Without a byte either way; default 60 s. */
  readonly idleMs: number;
  /** Decoded bytes per encoded byte, past the first MiB; default 200. */
  readonly ratio: number;
}

export const NET_LIMITS: NetLimits = {
  requests: 10_000,
  redirects: 50,
  concurrency: 64,
  requestBytes: 256 << 20,
  responseBytes: 2 * 1024 ** 3,
  totalBytes: 16 * 1024 ** 3,
  headerBytes: 65_536,
  timeMs: 30 * 60_000,
  idleMs: 60_000,
  ratio: 200,
};

/** What a policy says to one request; `rule` names the rule that decided. */
export type Decision =
  | { readonly verdict: "allow" | "ask"; readonly rule: string }
  | { readonly verdict: "deny"; readonly rule: string; readonly reason: string };

interface CompiledRule {
  readonly rule: Required<NetRule>;
  readonly text: string;
}

/** A policy with its rules checked and normalised once. */
export interface CompiledPolicy {
  readonly allow: readonly CompiledRule[];
  readonly deny: readonly CompiledRule[];
  readonly otherwise: "deny" | "ask";
  readonly allowLoopback: boolean;
  readonly limits: NetLimits;
  /** For people: `off`, or the preset and how many rules of one's own. */
  readonly name: string;
}

/** Checks a policy. Throws SandboxError `invalid` naming the rule. */
export function compilePolicy(policy: NetPolicy = {}): CompiledPolicy {
  const name = policy.preset ?? "off";
  if (!Object.hasOwn(PRESETS, name))
    throw new SandboxError(
      "invalid",
      `network policy: expected a preset of ${Object.keys(PRESETS).join(", ")}, got "${name}"`,
    );
  const preset = PRESETS[name];
  const own = (policy.allow?.length ?? 0) + (policy.deny?.length ?? 0);
  return {
    allow: [...(policy.allow ?? []), ...preset.allow].map((rule) => compileRule(rule, NARROW)),
    deny: (policy.deny ?? []).map((rule) => compileRule(rule, WIDE)),
    otherwise: policy.otherwise ?? preset.otherwise,
    allowLoopback: policy.allowLoopback ?? false,
    limits: { ...NET_LIMITS, ...policy.limits },
    name: own === 0 ? name : `${name} and ${own} rule${own === 1 ? "" : "s"}`,
  };
}

const NARROW = { scheme: "https", methods: ["GET", "HEAD"], path: "/" } as const;
const WIDE = { scheme: "*", methods: "*", path: "/", port: "*" } as const;

function compileRule(rule: NetRule, defaults: Partial<NetRule>): CompiledRule {
  const whole = { ...defaults, ...rule };
  const host = normaliseHost(rule.host);
  const path = whole.path as string;
  if (!path.startsWith("/"))
    throw new SandboxError("invalid", `network policy: expected a path from "/", got "${path}"`);
  const port = whole.port ?? (whole.scheme === "http" ? 80 : whole.scheme === "https" ? 443 : "*");
  if (port !== "*" && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new SandboxError("invalid", `network policy: expected a port from 1 to 65535, got "${port}"`);
  const methods = whole.methods === "*" ? "*" : (whole.methods ?? []).map((method) => method.toUpperCase());
  const scheme = whole.scheme ?? "https";
  const text = `${scheme === "*" ? "" : `${scheme}://`}${host}${port === "*" ? "" : `:${port}`}${path === "/" ? "" : path}`;
  return { rule: { host, scheme, port, path, methods }, text };
}

/** Hosts that only mean something inside a network or a machine (RFC 6761, 6762, 8375, ICANN's .internal). */
const LOCAL_SUFFIXES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "lan",
  "home.arpa",
  "corp",
  "home",
];

/**
 * What a policy says to a request, without looking anything up: the same on every platform. An address that the name
 * stands for is judged by {@link decideResolved} once it is known.
 */
export function decide(policy: CompiledPolicy, target: Target, method: string): Decision {
  const denied = decideDenied(policy, target, method);
  if (denied) return denied;
  if (isBadPort(target.port))
    return deny("port", `port ${target.port} belongs to another protocol than HTTP`);
  const place = target.literal ? decideAddress(policy, target.host) : decideName(policy, target.host);
  if (place !== undefined) return place;
  const allowed = policy.allow.find((rule) => matches(rule, target, method, false));
  if (allowed) return { verdict: "allow", rule: `allow ${allowed.text}` };
  if (policy.otherwise === "ask") return { verdict: "ask", rule: "ask" };
  return deny(
    `default (${policy.name})`,
    policy.name === "off"
      ? "the network is off"
      : `no rule of the policy (${policy.name}) allows ${method} ${target.scheme}://${target.host}:${target.port}${target.path.slice(0, 80)}`,
  );
}

function decideDenied(policy: CompiledPolicy, target: Target, method: string): Decision | undefined {
  const denied = policy.deny.find((rule) => matches(rule, target, method, true));
  return denied && deny(`deny ${denied.text}`, `the policy denies ${denied.text}`);
}

function deny(rule: string, reason: string): Decision {
  return { verdict: "deny", rule, reason };
}

const WHAT: Record<AddressClass, string> = {
  public: "a public address",
  loopback: "this machine",
  private: "a private network",
  "link-local": "a link-local address",
  shared: "a carrier's private network",
  multicast: "a multicast address",
  metadata: "a cloud's metadata service",
  embedded: "an IPv4 address inside an IPv6 one",
  reserved: "a reserved address",
};

/** Refuses an address that is not public; `undefined` for one that may be reached. */
function decideAddress(policy: CompiledPolicy, address: string): Decision | undefined {
  const kind = classifyAddress(address);
  if (kind === "public" || (kind === "loopback" && policy.allowLoopback)) return undefined;
  return deny(`address ${kind ?? "unknown"}`, `${address} is ${kind ? WHAT[kind] : "no address"}`);
}

/** Refuses an address that a request's name stands for: one that is not public, and one that a deny rule names. */
export function decideResolved(
  policy: CompiledPolicy,
  target: Target,
  method: string,
  address: string,
): Decision | undefined {
  const there = { ...target, host: address, literal: true };
  return decideAddress(policy, address) ?? decideDenied(policy, there, method);
}

function decideName(policy: CompiledPolicy, host: string): Decision | undefined {
  const loopback = host === "localhost" || host.endsWith(".localhost");
  if (loopback && policy.allowLoopback) return undefined;
  const local = LOCAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  if (!local && host.includes(".")) return undefined;
  return deny("local name", `"${host}" is a name of this machine or a private network`);
}

function matches(compiled: CompiledRule, target: Target, method: string, denying: boolean): boolean {
  const { rule } = compiled;
  if (rule.scheme !== "*" && rule.scheme !== target.scheme) return false;
  if (rule.port !== "*" && rule.port !== target.port) return false;
  if (rule.methods !== "*" && !rule.methods.includes(method)) return false;
  return matchesHost(rule.host, target) && matchesPath(rule.path, target.path, denying);
}

function matchesHost(pattern: string, { host, literal }: Target): boolean {
  if (pattern === "*") return true;
  if (pattern.startsWith("*.")) return !literal && host.endsWith(pattern.slice(1));
  return pattern === host;
}

/** To allow, the path must be below in every reading; to deny, one reading is enough. */
function matchesPath(prefix: string, path: string, denying: boolean): boolean {
  if (prefix === "/") return true;
  const readings = [path, decodedPath(path)];
  const wanted = [prefix, decodedPath(prefix)];
  const below = readings.map((reading) => wanted.some((each) => isBelow(each, reading)));
  if (denying) {
    const folded = wanted.map((each) => each.toLowerCase());
    // Parameters of segments (`/private;x`), and dots and blanks at their ends, are nothing to some servers.
    for (const nothing of [/;[^/]*/g, /(?:;[^/]*|[. ]+)(?=\/|$)/g])
      readings.push(decodedPath(decodedPath(path).replace(nothing, "")));
    return readings.some((reading) => folded.some((each) => isBelow(each, reading.toLowerCase())));
  }
  return below.every(Boolean);
}

function isBelow(prefix: string, path: string): boolean {
  return (
    path.startsWith(prefix) &&
    (prefix.endsWith("/") || path.length === prefix.length || path[prefix.length] === "/")
  );
}
