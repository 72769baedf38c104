import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Signer } from "../../publish/seal.ts";

/** DER of a PKCS #8 Ed25519 key (RFC 8410), up to its 32 bytes. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** A signer for tests whose key is made of one byte: always the same, worth nothing. */
export function testSigner(byte: number): Signer {
  const der = Buffer.concat([PKCS8_HEAD, Buffer.alloc(32, byte)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return {
    publicKey: Buffer.from(x!, "base64url").toString("hex"),
    sign: (message) => sign(null, message, key).toString("hex"),
  };
}
