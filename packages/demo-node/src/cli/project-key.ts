import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { type Parsed, projectPath } from "./options.ts";

/** What the project's own files are called in the folders of all projects: by its real path. */
export function projectKey(values: Parsed["values"]): string {
  const project = projectPath(values);
  let real = project;
  try {
    real = realpathSync(project);
  } catch {
    // Said by whoever opens the project.
  }
  return createHash("sha256").update(real).digest("hex").slice(0, 16);
}
