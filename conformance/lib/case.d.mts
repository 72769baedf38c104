import type { SandboxFactory, SandboxOptions } from "@shadowbox/sandbox";

export interface CaseRecord {
  id: string;
  suite: string;
  script: string;
  [key: string]: unknown;
}

export interface CaseOptions {
  /** The suites' helper scripts: name → text. */
  helpers: Record<string, string>;
  engine?: SandboxOptions["engine"];
  registry?: string;
  /** Default LIMIT_MS. */
  limitMs?: number;
  /** Also answers what the case left behind. */
  tree?: boolean;
}

export interface CaseResult {
  id: string;
  ok: boolean;
  differed: string[];
  status?: number;
  stdout?: string;
  stderr?: string;
  ms?: number;
  /** SHA-256 of all that it left behind. */
  tree?: string;
  error?: string;
}

export const LIMIT_MS: number;
export function runCase(
  Sandbox: SandboxFactory,
  record: CaseRecord,
  options: CaseOptions,
): Promise<CaseResult>;
