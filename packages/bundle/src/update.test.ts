import { describe, expect, it } from "vitest";
import { checkLock, lockedVersions, lockOf, parseLock, writeLock } from "./lock.ts";
import { type Bendable, codeOf, type Fixture, fixture, platform, resign } from "./node/testing/fixture.ts";
import { openRegistrySync } from "./registry.ts";
import { paths } from "./source.ts";
import { applyUpdate, planUpdate } from "./update.ts";

const GREP = paths.manifest("text", "1.1.0");
const open = (it: Fixture, versions?: Record<string, string>) =>
  openRegistrySync(it.source, it.trust, platform, { versions });
/** A lock of core and the older text. */
const oldLock = () => lockOf(open(fixture(), { core: "1.0.0", text: "1.0.0" }));
function bentRegistry(edit: (manifest: Bendable) => void) {
  const it = fixture();
  resign(it, GREP, edit);
  return open(it);
}

describe("a lock file", () => {
  it("comes back as it was written, on Windows too", () => {
    const text = writeLock(oldLock());
    expect(parseLock(text)).toEqual(oldLock());
    expect(parseLock(text.replaceAll("\n", "\r\n"))).toEqual(oldLock());
  });

  it("opens a registry at its versions", () => {
    const lock = oldLock();
    const registry = open(fixture(), lockedVersions(lock, "test"));
    expect(registry.commands().get("grep")!.version).toBe("1.0.0");
    expect(codeOf(() => checkLock(lock, registry))).toBe("accepted");
    expect(lockedVersions(lock, "other")).toEqual({});
  });

  it("notices another content under a locked version", () => {
    const lock = lockOf(open(fixture()));
    const registry = bentRegistry((manifest) => Object.assign(manifest, { description: "Other" }));
    expect(codeOf(() => checkLock(lock, registry))).toBe("lock");
    expect(codeOf(() => checkLock({ format: 1, bundles: {} }, registry))).toBe("lock");
  });

  it.each([
    ["a field twice", (text: string) => text.replace('"format"', '"format": 1,\n  "format"')],
    ["an unknown field", (text: string) => text.replace('"format"', '"formal": 1,\n  "format"')],
    ["a digest cut", (text: string) => text.replace(/"manifest": "../, '"manifest": "')],
    ["a merge's marks", (text: string) => `<<<<<<< HEAD\n${text}`],
    ["a capability that does not exist", (text: string) => text.replace('"fs.read"', '"root"')],
    ["too much", (text: string) => text + " ".repeat(300_000)],
  ])("with %s is refused", (_what, edit) => {
    expect(codeOf(() => parseLock(edit(writeLock(oldLock()))))).toBe("lock");
  });
});

describe("an update", () => {
  it("to a newer version with the same capabilities needs no yes", () => {
    const changes = planUpdate(oldLock(), open(fixture()));
    expect(changes).toMatchObject([{ bundle: "text", from: { version: "1.0.0" }, to: { version: "1.1.0" } }]);
    expect(applyUpdate(oldLock(), changes).bundles.text!.version).toBe("1.1.0");
    expect(planUpdate(applyUpdate(oldLock(), changes), open(fixture()))).toEqual([]);
  });

  it.each<[what: string, edit: (commands: Bendable) => void, widened: object[]]>([
    [
      "a command",
      ({ grep }) => (grep.capabilities = ["fs.read", "net"]),
      [{ command: "grep", added: ["net"] }],
    ],
    [
      "a new command",
      (all) => (all.get = { ...all.grep, capabilities: ["net"] }),
      [{ command: "get", added: ["net"] }],
    ],
  ])("that lets %s do more needs a yes", (_what, edit, widened) => {
    const changes = planUpdate(
      oldLock(),
      bentRegistry(({ commands }) => void edit(commands)),
    );
    expect(changes).toMatchObject([{ widened }]);
    expect(codeOf(() => applyUpdate(oldLock(), changes))).toBe("capability-widened");
    expect(codeOf(() => applyUpdate(oldLock(), changes, { wider: new Set(["core"]) }))).toBe(
      "capability-widened",
    );
    expect(codeOf(() => applyUpdate(oldLock(), changes, { wider: new Set(["text"]) }))).toBe("accepted");
  });

  it("that lets a new command do what the bundle did before needs none", () => {
    const registry = bentRegistry(({ commands }) => Object.assign(commands, { rg: commands.grep }));
    expect(planUpdate(oldLock(), registry)).toMatchObject([{ widened: [], newCommands: ["rg"] }]);
  });

  it("to an older version, or another content of the same, needs a yes", () => {
    const lock = lockOf(open(fixture()));
    const older = planUpdate(lock, open(fixture(), { text: "1.0.0" }));
    expect(older).toMatchObject([{ suspicious: "older" }]);
    expect(codeOf(() => applyUpdate(lock, older))).toBe("downgrade");
    expect(codeOf(() => applyUpdate(lock, older, { suspicious: new Set(["text"]) }))).toBe("accepted");
    const replaced = planUpdate(
      lock,
      bentRegistry((manifest) => Object.assign(manifest, { description: "x" })),
    );
    expect(replaced).toMatchObject([{ suspicious: "replaced" }]);
  });
});
