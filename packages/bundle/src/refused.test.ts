import { describe, expect, it } from "vitest";
import { CASES } from "./node/testing/cases/all.ts";
import type { Case } from "./node/testing/cases/case.ts";
import { codeOf, fixture } from "./node/testing/fixture.ts";
import { openAll } from "./node/testing/fuzz-run.ts";

function use({ bend, options }: Case): void {
  const it = fixture();
  bend(it);
  openAll(it, options);
}

describe("a bent registry is refused", () => {
  it("in at least 150 ways, each with a name of its own", () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
    expect(CASES.length).toBeGreaterThanOrEqual(150);
  });

  it("and an unbent one is not", () => {
    expect(codeOf(() => use({ name: "", code: "invalid", bend: () => {} }))).toBe("accepted");
  });

  it.each(CASES)("$name: $code", (each) => {
    expect(codeOf(() => use(each))).toBe(each.code);
  });
});
