import { expect, test } from "vitest";
import { findHunk, parsePatch, takeBack } from "./patch.ts";

const patch = `diff --git a/f b/f
index 1..2 100644
--- a/f
+++ b/f
@@ -1,3 +1,3 @@
-one
+ONE
 two
 three
@@ -8,2 +8,3 @@
 eight
 nine
+ten
\\ No newline at end of file
`;
const now = "ONE\ntwo\nthree\n4\n5\n6\n7\neight\nnine\nten";

test("takeBack() undoes one hunk and leaves the others", () => {
  const { hunks } = parsePatch(patch);
  expect(takeBack(now, hunks[0]!)).toBe(now.replace("ONE", "one"));
  expect(takeBack(now, hunks[1]!)).toBe(now.replace("\nten", "\n"));
});

test("takeBack() refuses a file that changed meanwhile", () => {
  expect(() => takeBack(`more\n${now}`, parsePatch(patch).hunks[0]!)).toThrow("changed since");
});

test("parsePatch() keeps what is said before the hunks", () => {
  const { notes, hunks } = parsePatch(
    "diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n",
  );
  expect(notes).toEqual(["similarity index 100%", "rename from f", "rename to g"]);
  expect(hunks).toEqual([]);
});

test("findHunk() finds a hunk where others went before it, and none that changed since", () => {
  const [first, second] = parsePatch(patch).hunks;
  const later = parsePatch(patch.replace(/@@ -1,3[^@]*@@\n(.*\n){4}/, "").replace("-8,2", "-9,2")).hunks;
  expect(findHunk(later, second!)).toBe(0);
  expect(findHunk(later, first!)).toBe(-1);
  expect(findHunk(parsePatch(patch.replace("+ten", "+TEN")).hunks, second!)).toBe(-1);
});
