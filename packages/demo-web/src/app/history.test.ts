import { expect, test } from "vitest";
import { newest } from "./history.ts";

test("of a long history the newest lines are kept", () => {
  const lines = Array.from({ length: 700 }, (_, at) => `echo ${at}`);
  expect(newest(lines)).toEqual(lines.slice(200));
  expect(newest(["old", "x".repeat(199_999), "y"])).toEqual(["x".repeat(199_999), "y"]);
  expect(newest(["old", "x".repeat(200_001)])).toEqual([]);
  expect(newest([])).toEqual([]);
});
