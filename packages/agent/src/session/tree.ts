import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Sandbox } from "@shadowbox/sandbox";

/** SHA-256 over what the box changed: kinds, paths, permissions and contents. Undefined where there is no project. */
export function treeDigest(sandbox: Sandbox): string | undefined {
  if (!sandbox.hasProject) return undefined;
  const encoder = new TextEncoder();
  const hash = sha256.create();
  const add = (text: string) => hash.update(encoder.encode(`${text.length} ${text}\n`));
  for (const change of sandbox.changes().changes) {
    const path = `${sandbox.workspaceDir.replace(/\/$/, "")}/${change.path}`;
    add(`${change.kind} ${change.from ?? ""} ${change.path}`);
    if (change.kind === "deleted") continue;
    const { type, mode } = sandbox.fs.lstat(path);
    add(`${type} ${mode & 0o7777}`);
    if (type === "symlink") add(sandbox.fs.readlink(path));
    if (type !== "file") continue;
    const bytes = sandbox.fs.readFile(path);
    add(String(bytes.length));
    hash.update(bytes);
  }
  return bytesToHex(hash.digest());
}
