import { Sandbox } from "@shadowbox/sandbox/node";

/** An empty box in memory with some files. */
export async function testBox(files: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  const box = await Sandbox.create({});
  for (const [path, text] of Object.entries(files)) box.fs.writeFile(path, text);
  return box;
}
