import canonicalize from "canonicalize";
import { describe, expect, it } from "vitest";
import { isSorted, parseCanonical } from "./json.ts";
import { codeOf } from "./node/testing/fixture.ts";
import { canonical } from "./publish/seal.ts";

/** Parses, and checks the order of names at every level, as the schema checks do on the way. */
function isCanonical(text: string): boolean {
  const sorted = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    ((Array.isArray(value) || isSorted(Object.keys(value))) && Object.values(value).every(sorted));
  return codeOf(() => parseCanonical(text, "test")) === "accepted" && sorted(JSON.parse(text));
}

function isCanonicalToLibrary(text: string): boolean {
  try {
    return canonicalize(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

describe("parseCanonical", () => {
  const TEXTS = [
    ...[
      '{"a":1,"b":2}',
      '{"b":1,"a":2}',
      '{"a":1,"a":1}',

      '{"9":1,"10":2}',
      '{"A":1,"a":2,"\u00e9":3}',
    ],
    ...[
      '{"\ufb33":1,"\u{1f600}":2}',
      '{"\u{1f600}":1,"\ufb33":2}',
      '"\\u0041"',
      '"\\u001f"',
      '"\\u001F"',
      '"\\/"',
      '"\\n"',
    ],
    ...[
      "1",
      "1.0",
      "1e3",
      "1000",
      "1e21",
      "1E21",
      "1e+21",
      "0.000001",
      "1e-7",
      "-0",
      "0",
      "1e400",
      "333333333.33333329",
    ],
    ...[
      "[]",
      "[1,]",
      "[1, 2]",
      " []",
      "[]\n",
      "nul",
      "null",
      "",
      '{"__proto__":1}',
      '{"":1}',
      '"\u2028"',
      '"\x7f"',
      '"\\u2028"',
    ],
  ];

  it.each(TEXTS)("agrees with the library of RFC 8785 on %j", (text) => {
    expect(isCanonical(text)).toBe(isCanonicalToLibrary(text));
  });
});

describe("parseCanonical, stricter than RFC 8785", () => {
  it("refuses names that are whole numbers, which JavaScript puts in another order", () => {
    expect(isCanonical('{"10":1,"9":2}')).toBe(false);
  });
});

describe("canonical", () => {
  it("writes the example of RFC 8785, 3.2.2", () => {
    const example = {
      numbers: [JSON.parse("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonical(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("refuses what JSON cannot say", () => {
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, "\ud800"])
      expect(codeOf(() => canonical(value))).toBe("invalid");
  });
});
