import { encodeText } from "@shadowbox/vfs";
import { type Shadow, type View, viewOf } from "../changes/shadow.ts";
import { WorkspaceError } from "../errors.ts";
import type { BlameLine } from "../operations.ts";
import type { Snapshots } from "./snapshots.ts";

/** Which call wrote each line of a file that the box has. Throws WorkspaceError `invalid`. */
export function blameFile(shadow: Shadow, snapshots: Snapshots, name: string): BlameLine[] {
  const path = encodeText(name);
  const [{ kind, bytes }] = viewOf(shadow, path, false) as [View];
  if (kind !== "file") throw new WorkspaceError("invalid", `blame "${name}": expected a file, got ${kind}`);
  return snapshots.blame(path, bytes);
}
