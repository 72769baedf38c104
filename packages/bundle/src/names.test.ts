import { describe, expect, it } from "vitest";
import { compareVersions, refuseLookAlikes } from "./names.ts";
import { codeOf } from "./node/testing/fixture.ts";

describe("compareVersions", () => {
  it("orders as semver.org, section 11, does", () => {
    const ordered = [
      ...["0.0.9", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"],
      ...["1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.10", "1.9.0", "1.10.0", "2.0.0"],
    ];
    const shuffled = ordered.toReversed();
    expect(shuffled.sort(compareVersions)).toEqual(ordered);
    for (const version of ordered) expect(compareVersions(version, version)).toBe(0);
  });
});

describe("refuseLookAlikes", () => {
  it.each([
    ["core-utils", "coreutils"],
    ["tool", "t00l"],
    ["list", "1ist"],
    ["modern", "modem"],
    ["vvget", "wget"],
    ["sort", "5ort"],
  ])("refuses %s beside %s", (a, b) => {
    expect(codeOf(() => refuseLookAlikes([a, b]))).toBe("confusable");
  });

  it("takes different names", () => {
    expect(codeOf(() => refuseLookAlikes(["core-utils", "text-utils", "python", "jq", "git"]))).toBe(
      "accepted",
    );
  });
});
