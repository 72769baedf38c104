import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkLock, lockOf } from "../lock.ts";
import { openFolderRegistry } from "./open.ts";
import { type Rotation, rotate } from "./rotate.ts";
import { codeOf, DATES, fixture, keyId, keys } from "./testing/fixture.ts";
import { yank } from "./yank.ts";

const trust = fixture().trust;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-rotate-"));
  for (const [path, bytes] of fixture().files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const one = (key: { publicKey: string }) => ({ keys: [key.publicKey], threshold: 1 });
const change = (changes: Partial<Rotation>): Rotation => ({
  ...{ folder, trust, rootSigners: [keys.root], signers: [keys.targets], ...DATES },
  ...changes,
});

describe("rotate", () => {
  it("revokes a targets key: clients follow, lock files stay good", () => {
    const before = openFolderRegistry(folder, { trust });
    const lock = lockOf(before);
    const swap = { targets: one(keys.spare), revoke: [keyId(keys.targets)], signers: [keys.spare] };
    expect(rotate(change(swap))).toEqual({ root: 2, index: 2 });
    const after = openFolderRegistry(folder, { trust, seen: before.seen });
    expect(codeOf(() => checkLock(lock, after))).toBe("accepted");
    expect(after.root.revoked).toEqual([keyId(keys.targets)]);
    expect(after.originSync("core")).toEqual(before.originSync("core"));
  });

  it("goes through several roots, and an old pin still reaches the newest", () => {
    rotate(change({ root: one(keys.spare), rootSigners: [keys.root, keys.spare] }));
    rotate(change({ root: one(keys.stranger), rootSigners: [keys.spare, keys.stranger] }));
    expect(openFolderRegistry(folder, { trust }).root.version).toBe(3);
    const later = { name: "test", version: 2, ...one(keys.spare) };
    expect(openFolderRegistry(folder, { trust: later }).root.version).toBe(3);
  });

  it("leaves a client that has seen it unwilling to go back", () => {
    const old = `${folder}-old`;
    cpSync(folder, old, { recursive: true });
    rotate(change({}));
    const { seen } = openFolderRegistry(folder, { trust });
    expect(codeOf(() => openFolderRegistry(old, { trust, seen }))).toBe("root-rollback");
    rmSync(old, { recursive: true });
  });

  it("lets clients recover from an index with a huge version, by new keys", () => {
    const huge = { root: 1, index: 2 ** 30, targets: [keyId(keys.targets)] };
    expect(codeOf(() => openFolderRegistry(folder, { trust, seen: huge }))).toBe("index-rollback");
    rotate(change({ targets: one(keys.spare), signers: [keys.spare] }));
    expect(codeOf(() => openFolderRegistry(folder, { trust, seen: huge }))).toBe("accepted");
  });

  it.each<[string, Partial<Rotation>, string]>([
    ["the old root key did not sign", { root: one(keys.spare), rootSigners: [keys.spare] }, "threshold"],
    ["the new root key did not sign", { root: one(keys.spare) }, "threshold"],
    ["the old targets key signs on", { targets: one(keys.spare) }, "key-unknown"],
    ["a revoked key stays in a role", { revoke: [keyId(keys.targets)] }, "schema"],
    ["a stranger is revoked", { revoke: ["0".repeat(64)] }, "invalid"],
  ])("writes nothing when %s", (_what, changes, code) => {
    expect(codeOf(() => rotate(change(changes)))).toBe(code);
    expect(openFolderRegistry(folder, { trust }).root.version).toBe(1);
  });
});

describe("yank", () => {
  const target = { ...DATES, name: "text", version: "1.1.0", signers: [keys.targets] };

  it("makes the version before it the latest, and takes it back", () => {
    expect(yank({ ...target, folder, trust, reason: "loses lines" })).toBe(2);
    expect(openFolderRegistry(folder, { trust }).bundles().get("text")!.version).toBe("1.0.0");
    const pinned = openFolderRegistry(folder, { trust, versions: { text: "1.1.0" } });
    expect(pinned.commands().get("grep")!.version).toBe("1.1.0");
    yank({ ...target, folder, trust });
    expect(openFolderRegistry(folder, { trust }).bundles().get("text")!.version).toBe("1.1.0");
  });

  it("writes nothing that a client would refuse", () => {
    expect(codeOf(() => yank({ ...target, folder, trust, version: "9.0.0" }))).toBe("not-found");
    expect(codeOf(() => yank({ ...target, folder, trust, reason: "\u0007" }))).toBe("schema");
    expect(codeOf(() => yank({ ...target, folder, trust, signers: [keys.stranger] }))).toBe("key-unknown");
    expect(openFolderRegistry(folder, { trust }).index.version).toBe(1);
  });
});
