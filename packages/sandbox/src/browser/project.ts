import type { ImageEntry, ProjectImage } from "@shadowbox/vfs";
import { SandboxError } from "../errors.ts";
import type { Sandbox } from "../types.ts";

const images = new WeakMap<Sandbox, ProjectImage>();

/** Remembers which project lies under a sandbox. */
export function noteProject(sandbox: Sandbox, image: ProjectImage): void {
  images.set(sandbox, image);
}

/**
 * The project of a sandbox in a browser as commits and undo left it, folders before what is in them; to bring it back to where it
 * came from. Throws SandboxError `invalid` where there is no project.
 */
export function projectFiles(sandbox: Sandbox): ImageEntry[] {
  const image = images.get(sandbox);
  if (image === undefined)
    throw new SandboxError("invalid", "list project: the sandbox was opened without files");
  return image.entries();
}
