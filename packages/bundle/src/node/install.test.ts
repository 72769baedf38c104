import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BundleError } from "../errors.ts";
import { httpSource } from "../http-source.ts";
import { lockedVersions, lockOf } from "../lock.ts";
import { listBundles, outdated, searchBundles, verifyAssets, verifyOrigins } from "../query.ts";
import type { RegistrySource } from "../source.ts";
import { paths } from "../source.ts";
import { install } from "./install.ts";
import { openFolderRegistry } from "./open.ts";
import { serveRegistry } from "./serve.ts";
import { fixture, NOW, resign } from "./testing/fixture.ts";

const trust = fixture().trust;
let top: string;
let folder: string;
let server: Server;
let source: RegistrySource;
const mirror = (it = fixture()) => {
  for (const [path, bytes] of it.files) {
    mkdirSync(dirname(join(top, "mirror", path)), { recursive: true });
    writeFileSync(join(top, "mirror", path), bytes);
  }
};
beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), "shadowbox-install-"));
  folder = join(top, "installed");
  mirror();
  server = await serveRegistry(join(top, "mirror"));
  source = httpSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { pauseMs: 1 });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(top, { recursive: true });
});

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "accepted",
    (error: unknown) => (error instanceof BundleError ? error.code : Promise.reject(error)),
  );

describe("install", () => {
  it("brings the wanted bundles over HTTP, and they work without the server", async () => {
    const versions = { text: "1.0.0" };
    await install({ source, trust, folder, versions, now: NOW });
    server.closeAllConnections();
    const registry = openFolderRegistry(folder, { trust, versions });
    const { module, size } = registry.commands().get("grep")!;
    expect(registry.loadModuleSync(module).length).toBe(size);
    expect(registry.originSync("text").sources).toEqual({ main: "text 1.0.0" });
  });

  it("mends a damaged asset, and downloads none that is there", async () => {
    const { seen } = await install({ source, trust, folder, now: NOW });
    const { module } = openFolderRegistry(folder, { trust }).commands().get("cat")!;
    writeFileSync(join(folder, paths.asset(module)), "damaged");
    const read: string[] = [];
    const watched: RegistrySource = {
      name: "watched",
      read: (path, limit) => {
        read.push(path);
        return source.read(path, limit);
      },
    };
    await install({ source: watched, trust, folder, seen, now: NOW });
    expect(read.filter((path) => path.startsWith("assets/"))).toEqual([paths.asset(module)]);
    expect(openFolderRegistry(folder, { trust }).loadModuleSync(module)).toBeTruthy();
  });

  it("asks before it writes: what was agreed to is what is written", async () => {
    const agree = () => {
      throw new BundleError("capability-widened", "no");
    };
    expect(await codeOf(install({ source, trust, folder, now: NOW, agree }))).toBe("capability-widened");
    expect(existsSync(folder)).toBe(false);
  });

  it("leaves the installed copy alone when the news is bad", async () => {
    const { seen } = await install({ source, trust, folder, now: NOW });
    expect(await codeOf(install({ source, trust, folder, seen: { ...seen, index: 9 }, now: NOW }))).toBe(
      "index-rollback",
    );
    expect(await codeOf(install({ source, trust, folder, seen, now: Date.parse("2040-01-01") }))).toBe(
      "root-expired",
    );
    const bent = fixture();
    bent.files.set(paths.manifest("core", "1.0.0"), Buffer.from("{}"));
    mirror(bent);
    expect(await codeOf(install({ source, trust, folder, seen, now: NOW }))).toBe("manifest-digest");
    expect(openFolderRegistry(folder, { trust }).commands().size).toBe(3);
  });
});

describe("serveRegistry", () => {
  it.each([
    ["/../mirror/root.json", 404],
    ["/%2e%2e/x", 404],
    ["/", 404],
    ["/root.json", 200],
    ["/roots/9.json", 404],
  ])("answers %s with %i", async (path, status) => {
    const { port } = server.address() as AddressInfo;
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(status);
    expect((await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST" })).status).toBe(
      status === 200 ? 405 : status,
    );
  });
});

describe("serveRegistry, asked for a part", () => {
  it.each([
    ["bytes=10-", 206, "bytes 10-"],
    ["bytes=0-", 200, ""],
    ["bytes=99999999-", 416, "bytes */"],
    ["bytes=5-6", 200, ""],
  ])("%s: %i", async (range, status, start) => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/root.json`, { headers: { range } });
    expect([response.status, response.headers.get("content-range")?.startsWith(start) ?? false]).toEqual([
      status,
      start !== "",
    ]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("questions", () => {
  it("list, search, outdated and verify give what a user asks for", async () => {
    const bent = fixture();
    resign(bent, paths.index, (index) =>
      Object.assign(index.bundles.text.versions["1.0.0"], { yanked: "loses lines" }),
    );
    mirror(bent);
    const versions = { core: "1.0.0", text: "1.0.0" };
    const registry = openFolderRegistry(join(top, "mirror"), { trust, versions });
    expect(listBundles(registry.index)[1]).toEqual({
      ...{ name: "text", latest: "1.1.0", versions: ["1.1.0", "1.0.0"] },
      yanked: { "1.0.0": "loses lines" },
    });
    expect(searchBundles(registry, "GREP").map(({ name }) => name)).toEqual(["text"]);
    expect(searchBundles(registry, "tools").map(({ name }) => name)).toEqual(["core", "text"]);
    const lock = lockOf(registry);
    expect(lockedVersions(lock, "test")).toEqual(versions);
    expect(outdated(lock, registry.index)).toEqual([
      { name: "text", locked: "1.0.0", latest: "1.1.0", yanked: "loses lines" },
    ]);
    writeFileSync(join(top, "mirror", paths.asset(registry.commands().get("cat")!.module)), "damaged");
    const codes: (string | undefined)[] = [];
    for await (const { failure } of verifyAssets(registry)) codes.push(failure?.code);
    expect(codes).toEqual(["asset-size", undefined]);
    const { sha256, size } = registry.bundles().get("core")!.origin;
    writeFileSync(join(top, "mirror", paths.origin(sha256)), "x".repeat(size));
    const origins: (string | undefined)[] = [];
    for await (const { bundle, failure } of verifyOrigins(registry)) origins.push(bundle, failure?.code);
    expect(origins).toEqual(["core", "origin-digest", "text", undefined]);
  });
});
