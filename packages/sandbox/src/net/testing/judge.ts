import { SandboxError } from "../../errors.ts";
import { compilePolicy, decide } from "../policy.ts";
import { parseTarget } from "../url.ts";
import { type Expected, GROUPS, POLICIES } from "./cases.ts";

export interface Judgement {
  policy: string;
  request: string;
  expected: Expected;
  got: Expected;
}

/** Judges every case; the same code in Node and in a browser. */
export function judgeAll(): Judgement[] {
  return GROUPS.flatMap(([policy, expected, requests]) => {
    const compiled = compilePolicy(POLICIES[policy]);
    return requests.map((request) => {
      const [, method = "GET", url = ""] = /^(?:([A-Z]+) )?(.*)$/s.exec(request) ?? [];
      return {
        policy,
        request,
        expected,
        got: verdict(() => decide(compiled, parseTarget(url), method).verdict),
      };
    });
  });
}

function verdict(judge: () => Expected): Expected {
  try {
    return judge();
  } catch (error) {
    if (error instanceof SandboxError && error.code === "net-url") return "bad";
    throw error;
  }
}
