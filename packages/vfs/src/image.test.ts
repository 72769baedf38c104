import { expect, test } from "vitest";
import { decodeText, encodeText } from "./bytes.ts";
import { ProjectImage } from "./image.ts";

const file = (path: string, text: string) => ({
  path,
  type: "file" as const,
  mode: 0o644,
  mtimeNs: 1n,
  bytes: encodeText(text),
});

const tree = (image: ProjectImage) =>
  image
    .entries()
    .map(({ path, type, bytes }) =>
      type === "file" ? `${path}=${decodeText(bytes as Uint8Array)}` : `${path}/`,
    );

test("a change is seen by whoever is attached, and by who loads what was saved", () => {
  const image = ProjectImage.create();
  const other = ProjectImage.attach(image.buffer);
  image.change([file("a", "1"), file("d/b", "2")]);
  expect(tree(other)).toEqual(["a=1", "d/", "d/b=2"]);
  expect(tree(ProjectImage.load(image.save()))).toEqual(tree(image));
  const listed = other.list(encodeText("d")) as { name: Uint8Array; size: number }[];
  expect(listed.map(({ name, size }) => [decodeText(name), size])).toEqual([["b", 1]]);
});

test("a change can be taken back, one after the other", () => {
  const image = ProjectImage.create();
  image.change([file("a", "1"), file("d/b", "2")]);
  image.change([file("a", "changed")], ["d"]);
  expect(tree(image)).toEqual(["a=changed"]);
  expect(image.revert()).toEqual(["a", "d", "d/b"]);
  expect(tree(image)).toEqual(["a=1", "d/", "d/b=2"]);
  image.revert();
  expect(tree(image)).toEqual([]);
  expect(image.revert()).toEqual([]);
});

test("what was taken back can be had again, until there is another change", () => {
  const image = ProjectImage.create();
  for (const text of ["1", "2", "3"]) image.change([file("a", text)]);
  expect(image.advance()).toEqual([]);
  image.revert();
  image.revert();
  expect(image.advance()).toEqual(["a"]);
  expect(tree(image)).toEqual(["a=2"]);
  const kept = ProjectImage.load(image.save());
  kept.advance();
  expect(tree(kept)).toEqual(["a=3"]);
  image.change([file("a", "other")]);
  expect(image.advance()).toEqual([]);
  expect(tree(image)).toEqual(["a=other"]);
});

test("bytes that are no image are refused", () => {
  expect(() => ProjectImage.load(new Uint8Array(64))).toThrow("expected an image");
});
