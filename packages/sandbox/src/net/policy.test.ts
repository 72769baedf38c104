import { expect, test } from "vitest";
import { SandboxError } from "../errors.ts";
import { classifyAddress, parseIPv6 } from "./address.ts";
import { compilePolicy } from "./policy.ts";
import { judgeAll } from "./testing/judge.ts";
import { decodedPath } from "./url.ts";

test("decide() judges every case of the table as it says", () => {
  const all = judgeAll();
  expect(all.length).toBeGreaterThanOrEqual(200);
  expect(all.filter(({ expected, got }) => expected !== got)).toEqual([]);
});

const addresses: [string, string | undefined][] = [
  ["8.8.8.8", "public"],
  ["127.0.0.1", "loopback"],
  ["0127.0.0.1", undefined],
  ["1.2.3", undefined],
  ["1.2.3.256", undefined],
  ["2606:4700::1111", "public"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "embedded"],
  ["fe80::1%eth0", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4:5:6:7:8", "reserved"],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["12345::", undefined],
  ["", undefined],
];
for (const [text, kind] of addresses)
  test(`classifyAddress() takes "${text}" for ${kind ?? "no address"}`, () =>
    expect(classifyAddress(text)).toBe(kind));

test("parseIPv6() reads an embedded IPv4 address", () => {
  expect(parseIPv6("64:ff9b::192.0.2.33")?.slice(12)).toEqual(Uint8Array.of(192, 0, 2, 33));
});

test("decodedPath() reads a path as the most eager server would", () => {
  expect(decodedPath("/a/%252e%252e%255cb//c;x/")).toBe("/b/c;x/");
});

for (const rule of [{ host: "a b" }, { host: "a/b" }, { host: "a", port: 0 }, { host: "a", path: "x" }])
  test(`compilePolicy() refuses the rule ${JSON.stringify(rule)}`, () => {
    expect(() => compilePolicy({ allow: [rule] })).toThrow(SandboxError);
  });
