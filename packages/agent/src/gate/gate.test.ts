import { describe, expect, it } from "vitest";
import { Gate, type Request } from "./gate.ts";
import { globMatches, matchRules, parseRule, type Rule } from "./rules.ts";

const bash = (subject: string): Request => ({ call: "c", tool: "Bash", effect: "shadow", subject });

describe("globMatches()", () => {
  const table: [pattern: string, text: string, matches: boolean][] = [
    ["git status", "git status", true],
    ["git *", "git status", true],
    ["git *", "gitk", false],
    ["*.example.org", "a.example.org", true],
    ["*.example.org", "example.org", false],
    ["a*b*c", "aXbYc", true],
    ["a*b*c", "acb", false],
    ["a*a", "a", false],
    ["*", "", true],
  ];
  it.each(table)("%s with %s: %s", (pattern, text, matches) =>
    expect(globMatches(pattern, text)).toBe(matches),
  );
});

describe("matchRules()", () => {
  const rules: Rule[] = [
    parseRule("Bash(git *)", "allow"),
    parseRule("Bash(git push*)", "deny"),
    parseRule("Write", "ask"),
  ];
  const table: [tool: string, subject: string, decision: string | undefined][] = [
    ["Bash", "git log", "allow"],
    ["Bash", "git push origin", "deny"],
    ["Bash", "git log; rm -rf x", undefined],
    ["Bash", "git log $(rm x)", undefined],
    ["Bash", "true && git push", "deny"],
    ["Write", "a", "ask"],
    ["Read", "a", undefined],
  ];
  it.each(table)("%s(%s) is %s", (tool, subject, decision) =>
    expect(matchRules(rules, tool, subject)?.decision).toBe(decision),
  );
});

describe("a gate", () => {
  it("remembers a person's always", async () => {
    let asked = 0;
    const gate = new Gate({
      mode: "ask",
      ask: async () => {
        asked++;
        return { allowed: true, always: "session" };
      },
    });
    const decisions = await Promise.all([
      gate.decide(bash("ls")),
      gate.decide(bash("ls")),
      gate.decide(bash("pwd")),
    ]);
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, true]);
    expect(asked).toBe(2);
  });

  it("remembers what was asked, not what a * in it could stand for", async () => {
    const gate = new Gate({
      mode: "ask",
      ask: async ({ call }) => ({ allowed: call === "1", always: "session" }),
    });
    const asked = (call: string, subject: string) => gate.decide({ ...bash(subject), call });
    expect(await asked("1", "rm *.o")).toMatchObject({ allowed: true, by: "person" });
    expect(await asked("2", "rm a.o")).toMatchObject({ allowed: false, by: "person" });
    expect(await asked("3", "rm *.o")).toMatchObject({ allowed: true, by: "rule" });
  });

  it("lets no rule loosen plan mode", async () => {
    const gate = new Gate({ mode: "plan", rules: [parseRule("Bash", "allow")] });
    expect(await gate.decide(bash("ls"))).toMatchObject({ allowed: false, by: "mode" });
  });

  it("denies by rule before it asks", async () => {
    const gate = new Gate({
      rules: [parseRule("WebFetch(*.bad.example)", "deny")],
      ask: async () => ({ allowed: true }),
    });
    const decide = (subject: string) =>
      gate.decide({ call: "c", tool: "WebFetch", effect: "network", subject });
    expect(await decide("x.bad.example")).toMatchObject({ allowed: false, by: "rule" });
    expect(await decide("good.example")).toMatchObject({ allowed: true, by: "person" });
  });
});
