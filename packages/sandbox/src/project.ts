import { type ImageEntry, ProjectImage } from "@shadowbox/vfs";
import { SandboxError } from "./errors.ts";
import type { Base, ProjectFiles, Sandbox, SandboxOptions } from "./types.ts";

/** Why nothing can be committed to a {@link Base}. */
export const BASE_IS_SHARED =
  "a base is shared with other sandboxes and never changes; expected files or a project";

const images = new WeakMap<Sandbox, ProjectImage>();

/** Remembers which project in memory lies under a sandbox. */
export function noteProject(sandbox: Sandbox, image: ProjectImage): void {
  images.set(sandbox, image);
}

/**
 * The project of a sandbox with `files` as commits and undo left it, folders before what is in them; to bring it back to where it
 * came from. Throws SandboxError `invalid` where there is none.
 */
export function projectFiles(sandbox: Sandbox): ImageEntry[] {
  const image = images.get(sandbox);
  if (image === undefined)
    throw new SandboxError("invalid", "list project: the sandbox was opened without files");
  return image.entries();
}

/** Files that many sandboxes can lie over without a copy each, also in other threads. Throws SandboxError `invalid` for a path. */
export function baseOf(files: ProjectFiles): Base {
  return { image: imageOf(files).buffer };
}

/** The project in memory that a sandbox is asked to lie over. Throws SandboxError `invalid` for more than one project. */
export function givenImage({ project, files, base }: SandboxOptions): ProjectImage | undefined {
  const given = Object.entries({ project, files, base }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw new SandboxError(
      "invalid",
      `create sandbox: expected one of "project", "files" and "base", got ${given.map(([name]) => `"${name}"`).join(" and ")}`,
    );
  if (base !== undefined) return ProjectImage.attach(base.image);
  return files && imageOf(files);
}

/** A project of its own with the same files. */
export function copyImage(image: ProjectImage): ProjectImage {
  return ProjectImage.load(image.save());
}

function imageOf(files: ProjectFiles): ProjectImage {
  const image = ProjectImage.create();
  image.import(isList(files) ? files : Object.entries(files).map(([path, data]) => entryOf(path, data)));
  return image;
}

function isList(files: ProjectFiles): files is readonly ImageEntry[] {
  return Array.isArray(files);
}

function entryOf(path: string, data: string | Uint8Array): ImageEntry {
  if (path.split("/").some((name) => name === "" || name === "." || name === ".."))
    throw new SandboxError(
      "invalid",
      `create sandbox: expected a path relative to the project, such as src/main.py, got "${path}"`,
    );
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return { path, type: "file", mode: 0o644, mtimeNs: BigInt(Date.now()) * 1_000_000n, bytes };
}
