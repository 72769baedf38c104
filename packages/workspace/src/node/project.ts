import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeText, FileType } from "@shadowbox/vfs";
import { NodeBaseSource } from "@shadowbox/vfs/node";
import { type ImportRules, importFilter } from "../import/visibility.ts";
import { diskFiles, replaceFile } from "./files.ts";
import { LeftOutList } from "./left-out.ts";

/** A project folder as a box sees it; structured-clonable, for every thread to open by itself. */
export interface ProjectPlace {
  /** Absolute path. */
  root: string;
  rules: ImportRules;
  /** Where {@link LeftOutList} keeps what was left out; absent: not kept. */
  leftOut?: string;
}

/**
 * The place of a project. Patterns that are given are kept in the state folder and hold until others are given; without
 * a state folder they hold for this time.
 */
export function placeOf(
  root: string,
  given: Pick<ImportRules, "exclude" | "include">,
  state?: { path: string; readOnly?: boolean },
): ProjectPlace {
  const kept = state === undefined ? {} : readRules(join(state.path, RULES));
  const rules = { ...kept, ...given };
  if (state && !state.readOnly && JSON.stringify(rules) !== JSON.stringify(kept))
    replaceFile(diskFiles, join(state.path, RULES), Buffer.from(JSON.stringify(rules)));
  return {
    root,
    rules: { ...rules, ignoreFile: readText(join(root, ".shadowboxignore")) },
    ...(state && !state.readOnly && { leftOut: join(state.path, "left-out.jsonl") }),
  };
}

const RULES = "import.json";

function readRules(file: string): Pick<ImportRules, "exclude" | "include"> {
  const text = readText(file);
  return text === "" ? {} : (JSON.parse(text) as ImportRules);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR") return "";
    throw error;
  }
}

/** Opens the project in this thread. */
export function openProject({ root, rules, leftOut }: ProjectPlace): {
  base: NodeBaseSource;
  leftOut: LeftOutList;
} {
  const list = new LeftOutList(leftOut);
  const filter = importFilter(rules);
  const base = new NodeBaseSource({
    root,
    onSkipped: (path, why) => list.note({ path: decodeText(path), why }),
    includes: (path, type) => {
      const name = decodeText(path);
      const hidden = filter(name, type === FileType.DIRECTORY);
      if (hidden === "secret") list.note({ path: name, why: hidden });
      return hidden === undefined;
    },
  });
  return { base, leftOut: list };
}
