import { compilePattern, type Matcher } from "../pattern/pattern.ts";
import type { ExpansionHost } from "./host.ts";

export type { Matcher } from "../pattern/pattern.ts";

/** The matcher of a pattern, with extended patterns as `extglob` says. */
export function matcherFor(
  host: ExpansionHost,
  pattern: string,
  nocase = false,
  extglob = host.state.shopt.extglob,
): Matcher {
  return compilePattern(pattern, { extglob, nocase });
}

/** The test for file names: unless `dotglob`, a dot in front has to be in the pattern. */
export function nameTest(host: ExpansionHost, pattern: string, dotglob: boolean): (name: string) => boolean {
  const { extglob, nocaseglob } = host.state.shopt;
  const matcher = compilePattern(pattern, { extglob, nocase: nocaseglob, period: !dotglob });
  return (name) => matcher.test(name);
}
