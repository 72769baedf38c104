import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { BundleError, type BundleErrorCode } from "../errors.ts";
import { type HttpOptions, httpSource } from "../http-source.ts";
import { openRegistry } from "../registry.ts";
import { fixture, platform } from "./testing/fixture.ts";

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

async function serve(listener: RequestListener, options: HttpOptions = {}) {
  server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return httpSource(`http://127.0.0.1:${port}/registry`, { pauseMs: 1, ...options });
}

const codeOf = (call: Promise<unknown>): Promise<BundleErrorCode | "accepted"> =>
  call.then(
    () => "accepted" as const,
    (error: unknown) => {
      if (error instanceof BundleError) return error.code;
      throw error;
    },
  );

describe("httpSource", () => {
  it("serves a registry, without cookies", async () => {
    const { files, trust } = fixture();
    const source = await serve((request, response) => {
      expect(request.headers.cookie).toBeUndefined();
      const bytes = files.get(request.url!.replace("/registry/", ""));
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    const registry = await openRegistry(source, trust, platform);
    const { module } = registry.commands().get("cat")!;
    expect((await registry.loadModule(module)).length).toBeGreaterThan(8);
    expect(await codeOf(source.read("missing.json", 10))).toBe("not-found");
  });

  it("goes on where a download broke off", async () => {
    const bytes = Buffer.from("0123456789");
    const asked: (string | undefined)[] = [];
    const source = await serve(({ headers: { range } }, response) => {
      asked.push(range);
      const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
      if (from > 0) response.writeHead(206, { "content-range": `bytes ${from}-9/10` });
      else response.writeHead(200, { "content-length": 10 });
      response.write(bytes.subarray(from, from + 4), () => setTimeout(() => response.destroy(), 20));
      if (from >= 8) response.end();
    });
    expect(Buffer.from(await source.read("x", 10)).toString()).toBe("0123456789");
    expect(asked).toEqual([undefined, "bytes=4-", "bytes=8-"]);
  });

  it("starts again where the server cannot go on", async () => {
    let count = 0;
    const source = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 4 });
      if (++count > 1) response.end("good");
      else response.write("ba", () => setTimeout(() => response.destroy(), 20));
    });
    expect(Buffer.from(await source.read("x", 10)).toString()).toBe("good");
  });

  it("retries a server's bad moment, and gives up after three", async () => {
    let count = 0;
    const source = await serve(
      (_request, response) => void response.writeHead(++count < 3 ? 503 : 200).end("x"),
    );
    expect((await source.read("x", 10)).length).toBe(1);
    count = -9;
    expect(await codeOf(source.read("x", 10))).toBe("source");
    expect(count).toBe(-6);
  });

  it.each<[string, BundleErrorCode, RequestListener]>([
    [
      "a redirect to another origin",
      "source",
      (_, to) => to.writeHead(302, { location: "http://127.0.0.2/" }).end(),
    ],
    [
      "a length over the limit",
      "too-large",
      (_, to) => to.writeHead(200, { "content-length": 1e12 }).write("x"),
    ],
    [
      "a body without an end",
      "too-large",
      (_, to) => void setInterval(() => to.write(Buffer.alloc(9)), 5).unref(),
    ],
    ["another status", "source", (_, to) => to.writeHead(403).end()],
    [
      "a part that was not asked for",
      "source",
      (_, to) => to.writeHead(206, { "content-range": "bytes 5-9/10" }).end(),
    ],
  ])("refuses %s: %s", async (_what, code, listener) => {
    const source = await serve(listener);
    expect(await codeOf(source.read("x", 100))).toBe(code);
  });

  it.each<[string, RequestListener]>([
    ["a body that stalls", (_, to) => void to.writeHead(200).write("x")],
    ["a server that says nothing", () => {}],
  ])("gives up on %s", async (_what, listener) => {
    expect(await codeOf((await serve(listener, { stallMs: 200 })).read("x", 100))).toBe("source");
  });

  it("gives up on a trickle", async () => {
    const drip: RequestListener = (_request, response) =>
      void setInterval(() => response.write("x"), 50).unref();
    const source = await serve(drip, { slowest: 1e6, stallMs: 200 });
    expect(await codeOf(source.read("x", 1e5))).toBe("source");
  });

  it("refuses a server that unpacks", async () => {
    const source = await serve((_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(),
    );
    expect(await codeOf(source.read("assets/x.wasm.gz", 100))).toBe("source");
  });

  it.each(["../x", "/x", "a//b", "a/../b", "http://elsewhere.example/", "a?b", "a%2e", "A", ""])(
    "refuses the path %j",
    async (path) => {
      const source = await serve(() => {});
      expect(await codeOf(source.read(path, 10))).toBe("path");
    },
  );

  it.each(["ftp://x/", "http://u:p@x/", "http://x/?q", "file:///etc", "x"])(
    "refuses the address %s",
    async (address) => {
      await serve(() => {});
      expect(() => httpSource(address)).toThrow(BundleError);
    },
  );
});
