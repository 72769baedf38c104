import { describe, expect, it } from "vitest";
import { browserPlatform } from "../browser/platform.ts";
import { BundleError } from "../errors.ts";
import { openRegistry } from "../registry.ts";
import { CASES } from "./testing/cases/all.ts";
import type { Case } from "./testing/cases/case.ts";
import { fixture, keys, platform } from "./testing/fixture.ts";

const browser = browserPlatform();

/** What a browser makes of a bent registry. */
async function outcome({ bend, options }: Case): Promise<string> {
  const it = fixture();
  bend(it);
  try {
    const registry = await openRegistry({ name: "test", read: it.source.read }, it.trust, browser, options);
    for (const { module } of registry.commands().values()) await registry.loadModule(module);
    for (const name of registry.bundles().keys()) await registry.origin(name);
    return "accepted";
  } catch (error) {
    if (error instanceof BundleError) return error.code;
    throw error;
  }
}

describe("browserPlatform", () => {
  it("opens a registry and loads its modules", async () => {
    expect(await outcome({ name: "", code: "invalid", bend: () => {} })).toBe("accepted");
  });

  it("refuses every bent registry with the same code as Node", { timeout: 60_000 }, async () => {
    for (const each of CASES) expect(await outcome(each), each.name).toBe(each.code);
  });

  it("has the digests of Node", async () => {
    const bytes = new Uint8Array(100_000).fill(7);
    expect([...browser.sha256(bytes)]).toEqual([...platform.sha256(bytes)]);
    expect([...(await browser.sha256Async(bytes))]).toEqual([...platform.sha256(bytes)]);
  });

  it("judges signatures as Node does, unusual keys and signatures too", async () => {
    const message = Buffer.from("message");
    const good = Buffer.from(keys.root.sign(message), "hex");
    const key = Buffer.from(keys.root.publicKey, "hex");
    const zero = Buffer.alloc(32);
    const one = Buffer.from("01".padEnd(64, "0"), "hex");
    const pairs: [Uint8Array, Uint8Array][] = [
      [key, good],
      [key, good.with(0, good[0]! ^ 1)],
      [key, good.with(63, good[63]! ^ 0x80)],
      [key, good.subarray(1)],
      [key.subarray(1), good],
      [zero, good],
      [Buffer.alloc(32, 0xff), good],
      [key, Buffer.concat([one, zero])],
    ];
    for (const [publicKey, signature] of pairs) {
      const judged = platform.verifyEd25519(publicKey, signature, message);
      expect(browser.verifyEd25519(publicKey, signature, message)).toBe(judged);
      expect(await browser.verifyEd25519Async(publicKey, signature, message)).toBe(judged);
    }
  });
});
