import { fromHex, fromUtf8, toHex } from "./bytes.ts";
import { BundleError } from "./errors.ts";
import { type Digest, digest, FORMATS, type PublicKey, type Role } from "./formats.ts";
import { isSorted, parseCanonical } from "./json.ts";
import { LIMITS } from "./limits.ts";
import type { Platform } from "./platform.ts";
import { list, match, object } from "./schema.ts";

/** One signature: by which key, and its 64 bytes in hexadecimal. */
export interface Signature {
  readonly keyid: Digest;
  readonly sig: string;
}

/**
 * A signed file taken apart, not believed yet. The file is `{"signatures":[…],"signed":DOCUMENT}` in canonical form, so
 * DOCUMENT's bytes, which are what was signed, can be cut out and checked before anything parses them.
 */
export interface Envelope {
  readonly what: string;
  readonly signatures: readonly Signature[];
  /** The document, canonical JSON: its text, and the bytes that were signed. */
  readonly signed: string;
  readonly message: Uint8Array;
}

const HEAD_END = '],"signed":';
/** UTF-16 units in which the signatures must end. */
const HEAD_MAX = 64 + LIMITS.signatures * 256;

const signature = object({
  keyid: digest,
  sig: match(/^[0-9a-f]{128}$/, "128 lower-case hexadecimal digits"),
});
/** The shape of an envelope's signatures. */
export const signaturesShape = list(signature, LIMITS.signatures);
const headShape = object({ signatures: signaturesShape });

/** Cuts a signed file. Throws `too-large` over `limit` bytes, `malformed` or `schema` where it is not an envelope. */
export function openEnvelope(bytes: Uint8Array, limit: number, what: string): Envelope {
  if (bytes.length > limit)
    throw new BundleError("too-large", `read ${what}: expected at most ${limit} bytes, got ${bytes.length}`);
  const text = fromUtf8(bytes);
  const end = text.slice(0, HEAD_MAX).indexOf(HEAD_END);
  if (end < 0 || !text.endsWith("}"))
    throw new BundleError("malformed", `read ${what}: expected {"signatures":[…],"signed":…}`);
  const head = parseCanonical(`${text.slice(0, end)}]}`, what);
  headShape(head, what);
  const { signatures } = head as { signatures: Signature[] };
  if (!isSorted(signatures.map((each) => each.keyid)))
    throw new BundleError("malformed", `read ${what}: expected signatures sorted by key id, each key once`);
  const from = end + HEAD_END.length;
  return { what, signatures, signed: text.slice(from, -1), message: bytes.subarray(from, -1) };
}

/** Keys by id, as a root has them. */
export type Keys = Readonly<Record<Digest, PublicKey>>;

/** What a signature is judged by. */
export interface Signers {
  readonly keys: Keys;
  /** Every one of these must reach its threshold. */
  readonly roles: readonly Role[];
  readonly revoked: readonly Digest[];
  /** Signatures by keys outside the roles are passed over instead of refused. */
  readonly others?: "passed";
  /** Ids whose signatures on this envelope an earlier check has found valid. */
  readonly proven?: ReadonlySet<Digest>;
}

/**
 * Checks an envelope's signatures and returns the ids of those that are valid. Stricter than TUF: every signature must be by a key of the roles and be valid, so no
 * byte of the file can change. Throws `key-revoked`, `key-unknown`, `signature` or `threshold`.
 */
export function checkSignatures(
  envelope: Envelope,
  signers: Signers,
  platform: Platform,
): ReadonlySet<Digest> {
  const valid = new Set(signers.proven);
  for (const { keyid, sig } of envelope.signatures) {
    if (valid.has(keyid)) continue;
    const known = signers.roles.some((role) => role.keys.includes(keyid));
    if (!known && signers.others === "passed") continue;
    if (signers.revoked.includes(keyid))
      throw new BundleError("key-revoked", `verify ${envelope.what}: key ${keyid} was revoked`);
    const key = signers.keys[keyid];
    if (!known || !key)
      throw new BundleError("key-unknown", `verify ${envelope.what}: key ${keyid} may not sign this`);
    if (!platform.verifyEd25519(fromHex(key.public), fromHex(sig), envelope.message))
      throw new BundleError(
        "signature",
        `verify ${envelope.what}: the signature by key ${keyid} is not valid`,
      );
    valid.add(keyid);
  }
  for (const role of signers.roles) {
    const count = role.keys.filter((keyid) => valid.has(keyid)).length;
    if (count < role.threshold)
      throw new BundleError(
        "threshold",
        `verify ${envelope.what}: expected ${role.threshold} signatures, got ${count}`,
      );
  }
  return valid;
}

/** The document of an envelope whose signatures were checked. Throws `malformed`, or `format` for one of this type in another format. */
export function parseSigned(envelope: Envelope, type: keyof typeof FORMATS): unknown {
  const value = parseCanonical(envelope.signed, envelope.what);
  const { format, type: itsType } = (value ?? {}) as { format?: unknown; type?: unknown };
  const known = FORMATS[type];
  const found = itsType === type && Number.isSafeInteger(format) ? (format as number) : 0;
  const refuse = (why: string): never => {
    throw new BundleError("format", `read ${envelope.what}: format ${found} ${why}`);
  };
  if (found > known) refuse("needs a newer version of this program");
  if (found > 0 && found < known) refuse(`is older than ${known}: the registry must be published anew`);
  return value;
}

/** The id of a key: SHA-256 of its 32 bytes. */
export const keyIdOf = (publicKey: string, platform: Platform): Digest =>
  toHex(platform.sha256(fromHex(publicKey)));
