import { expect, test } from "vitest";
import { isComplete } from "./complete.ts";

test.each([
  ["echo a", true],
  ["echo 'a", false],
  ['echo "a', false],
  ["echo a \\", false],
  ["echo a \\\\", true],
  ["echo a \\\\\\", false],
  ["echo a # b \\", true],
  ["echo 'a \\", false],
  ["cat << 'E'\na \\", false],
  ["for i in 1 2", false],
  ["for i in 1 2; do echo $i; done", true],
  ["if true\nthen", false],
  ["cat << E\nline", false],
  ["cat << E\nline\nE", true],
  ["a=(1 2", false],
  ["x=$(cat << E\nline\nE)", true],
  ["echo $(ls", false],
  ["ls |", false],
  ["ls &&", false],
  ["f() {", false],
  ["fi", true],
  ["", true],
])("isComplete(%j) is %s", (text, expected) => {
  expect(isComplete(text)).toBe(expected);
});
