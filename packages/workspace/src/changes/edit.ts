import { encodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { type Shadow, showView, type View, viewOf } from "./shadow.ts";

/** Puts a file as its reviewer wants it into the box. Throws WorkspaceError `invalid`. */
export function editFile(shadow: Shadow, name: string, bytes: Uint8Array): void {
  const path = encodeText(name);
  const [{ kind, mode }] = viewOf(shadow, path, false) as [View];
  if (kind !== "file" && kind !== "nothing")
    throw new WorkspaceError("invalid", `edit "${name}": expected a file, got a ${kind}`);
  const fresh: View = { path, kind: "file", mode: kind === "file" ? mode : 0o644, bytes };
  if (!showView(shadow, fresh))
    throw new WorkspaceError("invalid", `edit "${name}": the box has no room for it`);
}
