import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromHex } from "../bytes.ts";
import { BundleError } from "../errors.ts";
import { generateKey, signerFromFile } from "./keys.ts";
import { platform } from "./testing/fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (text: string) => {
  writeFileSync(join(folder, "key.pem"), text);
  return join(folder, "key.pem");
};

describe("signerFromFile", () => {
  it("signs with the key that generateKey made", () => {
    const { pem, signer } = generateKey();
    const again = signerFromFile(put(pem));
    expect(again.publicKey).toBe(signer.publicKey);
    const message = Buffer.from("message");
    const signature = fromHex(again.sign(message));
    expect(platform.verifyEd25519(fromHex(again.publicKey), signature, message)).toBe(true);
  });

  it("refuses another kind of key, and what is no key, without showing it", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    for (const text of [rsa.export({ format: "pem", type: "pkcs8" }) as string, "secret words"]) {
      const error = attempt(() => signerFromFile(put(text)));
      expect(error).toBeInstanceOf(BundleError);
      expect(`${(error as BundleError).message} ${(error as BundleError).cause}`).not.toContain(
        text.slice(30, 60) || text,
      );
    }
    expect(attempt(() => signerFromFile(join(folder, "missing")))).toBeInstanceOf(BundleError);
  });
});

function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
