import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { BundleError } from "../errors.ts";
import type { Signer } from "../publish/seal.ts";

/** A signer from a PEM file (PKCS #8, Ed25519). Errors name the file, never what is in it. */
export function signerFromFile(file: string): Signer {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch {
    throw new BundleError("invalid", `read key ${file}: expected a readable private key in PEM`);
  }
  return signerOf(key, file);
}

/** A fresh key: its PEM for a file of mode 0600, and a signer. */
export function generateKey(): { pem: string; signer: Signer } {
  const { privateKey } = generateKeyPairSync("ed25519");
  return {
    pem: privateKey.export({ format: "pem", type: "pkcs8" }) as string,
    signer: signerOf(privateKey, "new"),
  };
}

function signerOf(key: KeyObject, what: string): Signer {
  if (key.asymmetricKeyType !== "ed25519")
    throw new BundleError("invalid", `read key ${what}: expected Ed25519, got ${key.asymmetricKeyType}`);
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return {
    publicKey: Buffer.from(x!, "base64url").toString("hex"),
    sign: (message) => sign(null, message, key).toString("hex"),
  };
}
