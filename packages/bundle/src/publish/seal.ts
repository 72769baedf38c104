import canonicalize from "canonicalize";
import { utf8 } from "../bytes.ts";
import { keyIdOf } from "../envelope.ts";
import { BundleError } from "../errors.ts";
import type { Index, Manifest, Root } from "../formats.ts";
import type { Platform } from "../platform.ts";

/** Someone who can sign. The private key stays inside; `publicKey` is its other half, 32 bytes in hexadecimal. */
export interface Signer {
  readonly publicKey: string;
  /** Ed25519 signature of a message, 64 bytes in hexadecimal. */
  sign(message: Uint8Array): string;
}

/** Canonical JSON (RFC 8785) of a document. Throws `invalid` for what JSON cannot say. */
export function canonical(document: unknown): string {
  try {
    const text = canonicalize(document);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new BundleError("invalid", "write canonical JSON: the document has no such form", { cause });
  }
  throw new BundleError("invalid", "write canonical JSON: expected a document, got undefined");
}

/** The signed file of a document: the same bytes for the same document and keys, whatever order they come in. */
export function seal(
  document: Root | Index | Manifest,
  signers: readonly Signer[],
  platform: Platform,
): Uint8Array {
  const signed = canonical(document);
  const message = utf8(signed);
  const byId = new Map(signers.map((signer) => [keyIdOf(signer.publicKey, platform), signer]));
  const signatures = [...byId.keys()].sort().map((keyid) => ({ keyid, sig: byId.get(keyid)!.sign(message) }));
  return utf8(`{"signatures":${canonical(signatures)},"signed":${signed}}`);
}
