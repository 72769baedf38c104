import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { archiveFiles } from "@shadowbox/wasi";
import { type BundleArchive, contentOf } from "../../archives.ts";
import { type ArchivePlace, loadArchive } from "../archives.ts";

/**
 * Archives of bundles as real folders, for programs in `wasmtime`: laid out when the first one needs them. The sandbox's own, as
 * wasmtime mounts folders for writing too.
 */
export class LaidOut {
  readonly #folder: string;
  readonly #place: ArchivePlace;
  readonly #done = new Map<string, string>();

  constructor(folder: string, place: ArchivePlace) {
    this.#folder = folder;
    this.#place = place;
  }

  /** The folders of a bundle: guest's path → host's path. */
  of(bundle: string): Record<string, string> {
    const own = this.#place.archives.filter((archive) => archive.bundle === bundle);
    return Object.fromEntries(own.map((archive) => [archive.path, this.#lay(archive)]));
  }

  #lay(archive: BundleArchive): string {
    const done = this.#done.get(archive.path);
    if (done !== undefined) return done;
    loadArchive(archive, this.#place);
    const top = join(this.#folder, archive.sha256);
    mkdirSync(top, { recursive: true, mode: 0o755 });
    for (const { path, content, mode } of archiveFiles(contentOf(archive))) {
      const file = join(top, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
      writeFileSync(file, content, { mode });
    }
    this.#done.set(archive.path, top);
    return top;
  }
}
