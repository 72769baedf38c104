import { makeRoot } from "../../../publish/documents.ts";
import { type Signer, seal } from "../../../publish/seal.ts";
import { paths } from "../../../source.ts";
import { type Bendable, DATES, type Fixture, keyId, keys, NOW, platform, resign } from "../fixture.ts";
import { type Case, DOCUMENTS } from "./case.ts";

const { root: ROOT, index: INDEX } = DOCUMENTS;

/** Puts a second root in place, made from the first with changes; the first goes where old ones lie. */
export function rotate(it: Fixture, signers: readonly Signer[], edit: (root: Bendable) => void): void {
  it.files.set(paths.oldRoot(1), it.files.get(ROOT)!);
  const next = makeRoot(
    {
      ...{ registry: "test", version: 2, ...DATES },
      root: { keys: [keys.spare.publicKey], threshold: 1 },
      targets: { keys: [keys.targets.publicKey], threshold: 1 },
    },
    platform,
  ) as Bendable;
  edit(next);
  it.files.set(ROOT, seal(next, signers, platform));
}

/** Makes the targets role speak with another key, and revokes the old one. */
const replaceTargets = (root: Bendable) => {
  const { stranger, targets } = keys;
  delete root.keys[keyId(targets)];
  root.keys[keyId(stranger)] = { type: "ed25519", public: stranger.publicKey };
  root.roles.targets.keys = [keyId(stranger)];
  root.revoked = [keyId(targets)];
};

const time: Case[] = [
  {
    name: "root past its date, as news",
    code: "root-expired",
    options: { now: NOW },
    bend: (it) => resign(it, ROOT, (root) => Object.assign(root, { expires: "2026-05-31T23:59:59Z" })),
  },
  {
    name: "index past its date, as news (freeze)",
    code: "index-expired",
    options: { now: NOW },
    bend: (it) => resign(it, INDEX, (index) => Object.assign(index, { expires: "2026-06-01T00:00:00Z" })),
  },
  {
    name: "index older than seen (rollback)",
    code: "index-rollback",
    options: { seen: { root: 1, index: 2 } },
    bend: () => {},
  },
  {
    name: "another index of the version seen (fork)",
    code: "index-fork",
    options: { seen: { root: 1, index: 1, indexSha256: "0".repeat(64) } },
    bend: () => {},
  },
  {
    name: "root older than seen (rollback)",
    code: "root-rollback",
    options: { seen: { root: 2, index: 1 } },
    bend: () => {},
  },
  {
    name: "index older than seen, new root but the same keys",
    code: "index-rollback",
    options: { seen: { root: 1, index: 9, targets: [keyId(keys.targets)] } },
    bend: (it) => rotate(it, [keys.root, keys.spare], () => {}),
  },
];

const chain: Case[] = [
  {
    name: "second root signed by the old key only",
    code: "threshold",
    bend: (it) => rotate(it, [keys.root], () => {}),
  },
  {
    name: "second root signed by the new key only",
    code: "threshold",
    bend: (it) => rotate(it, [keys.spare], () => {}),
  },
  {
    name: "second root signed by a stranger too",
    code: "key-unknown",
    bend: (it) => rotate(it, [keys.root, keys.spare, keys.stranger], () => {}),
  },
  {
    name: "second root without the first",
    code: "not-found",
    bend: (it) => {
      rotate(it, [keys.root, keys.spare], () => {});
      it.files.delete(paths.oldRoot(1));
    },
  },
  {
    name: "second root that says it is the third",
    code: "not-found",
    bend: (it) => rotate(it, [keys.root, keys.spare], (root) => Object.assign(root, { version: 3 })),
  },
  {
    name: "second root in the third's place",
    code: "root-chain",
    bend: (it) => {
      rotate(it, [keys.root, keys.spare], (root) => Object.assign(root, { version: 3 }));
      it.files.set(paths.oldRoot(2), it.files.get(ROOT)!);
    },
  },
  {
    name: "first root twice in the chain",
    code: "root-rollback",
    bend: (it) => {
      rotate(it, [keys.stranger], (root) => Object.assign(root, { version: 3 }));
      it.files.set(paths.oldRoot(2), it.files.get(paths.oldRoot(1))!);
    },
  },
  {
    name: "root a thousand versions on (fast forward)",
    code: "root-chain",
    bend: (it) => rotate(it, [keys.root, keys.spare], (root) => Object.assign(root, { version: 1001 })),
  },
  {
    name: "second root of another registry",
    code: "registry-mismatch",
    bend: (it) => rotate(it, [keys.root, keys.spare], (root) => Object.assign(root, { registry: "other" })),
  },
  {
    name: "second root that speaks by a revoked key",
    code: "schema",
    bend: (it) =>
      rotate(it, [keys.root, keys.spare], (root) => Object.assign(root, { revoked: [keyId(keys.targets)] })),
  },
  {
    name: "index by a key that the second root revoked",
    code: "key-revoked",
    bend: (it) => rotate(it, [keys.root, keys.spare], replaceTargets),
  },
  {
    name: "manifest by a revoked key under an index by the new one",
    code: "key-revoked",
    bend: (it) => {
      rotate(it, [keys.root, keys.spare], replaceTargets);
      resign(it, INDEX, () => {}, [keys.stranger]);
    },
  },
  {
    name: "index below a raised threshold",
    code: "threshold",
    bend: (it) => rotate(it, [keys.root, keys.spare], (root) => raise(root)),
  },
];

/** Makes the targets role need two keys. */
function raise(root: Bendable): void {
  root.roles.targets = { keys: [keyId(keys.targets), keyId(keys.spare)].sort(), threshold: 2 };
}

/** What someone does who has old documents or lost keys. */
export const history: readonly Case[] = [...time, ...chain];
