import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { httpSource } from "../http-source.ts";
import { Draft } from "./draft.ts";
import { folderSource } from "./folder-source.ts";

const MB = 1_000_000;
let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-draft-"));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function serve(listener: RequestListener) {
  server = createServer(listener);
  await new Promise<void>((ready) => server!.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return httpSource(`http://127.0.0.1:${port}/`, { pauseMs: 1 });
}

/** Pours a file into its place, as `install` does. */
async function take(source: ReturnType<typeof httpSource>, facts: { sha256: string; size: number }) {
  const draft = new Draft(join(folder, "file"));
  try {
    await source.pour!("file", facts.size, draft);
    draft.finish(facts, "file");
  } finally {
    draft.close();
  }
}

const factsOf = (...pieces: Uint8Array[]) => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return { sha256: hash.digest("hex"), size: pieces.reduce((sum, { length }) => sum + length, 0) };
};

it("a file of 64 MB comes over HTTP and from a folder in pieces of at most 1 MiB, and none is kept", async () => {
  const piece = Buffer.alloc(MB, "shadowbox");
  const facts = factsOf(...Array<Uint8Array>(64).fill(piece));
  const source = await serve(
    (_request, response) => void Readable.from(Array(64).fill(piece)).pipe(response),
  );
  await take(source, facts);
  let [bytes, largest] = [0, 0];
  const write = ({ length }: Uint8Array) => {
    bytes += length;
    largest = Math.max(largest, length);
  };
  await source.pour!("file", facts.size, { write, restart: () => {} });
  await folderSource(folder).pour("file", facts.size, { write, restart: () => {} });
  expect(bytes).toBe(2 * facts.size);
  expect(largest).toBeLessThanOrEqual(1 << 20);
});

it("a download that starts again is written again", async () => {
  let count = 0;
  const source = await serve((_request, response) => {
    response.writeHead(200, { "content-length": 4 });
    if (++count > 1) response.end("good");
    else response.write("ba", () => setTimeout(() => response.destroy(), 20));
  });
  await take(source, factsOf(Buffer.from("good")));
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("good");
});

it.each([
  ["digest", { ...factsOf(Buffer.from("best")) }, "asset-digest"],
  ["size", { ...factsOf(Buffer.from("goods")) }, "asset-size"],
])("a file of the wrong %s is not there afterwards", async (_what, facts, code) => {
  const source = await serve((_request, response) => void response.end("good"));
  await expect(take(source, facts)).rejects.toMatchObject({ code });
  expect(readdirSync(folder)).toEqual([]);
});
