import { z } from "zod";
import { runFixed } from "./text.ts";
import { defineTool, failed } from "./tool.ts";

const MAX_LINES = 200;

export const glob = defineTool({
  name: "Glob",
  description: "List files that match a pattern, such as src/**/*.ts.",
  effect: "read",
  schema: z.object({
    pattern: z.string(),
    path: z.string().optional().describe("folder, default the project"),
  }),
  subject: ({ pattern }) => pattern,
  async run({ pattern, path = "." }, { sandbox, signal }) {
    const script = 'shopt -s globstar nullglob dotglob; cd -- "$2" || exit 1; IFS=; printf "%s\\n" $1';
    const { status, stdout, stderr } = await runFixed(sandbox, script, [pattern, path], signal);
    if (status !== 0) return failed(stderr.trim());
    const names = stdout
      .split("\n")
      .filter((name) => name !== "" && !/(^|\/)(\.git|node_modules)\//.test(name));
    return { output: limited(names) || `[no file matches ${pattern}]` };
  },
});

export const grep = defineTool({
  name: "Grep",
  description: "Search files for a regular expression (ERE); lines come as file:line:text.",
  effect: "read",
  schema: z.object({
    pattern: z.string(),
    path: z.string().optional().describe("file or folder, default the project"),
    include: z.string().optional().describe("only files of this name pattern, such as *.py"),
    ignoreCase: z.boolean().optional(),
    context: z.number().int().min(0).max(20).optional().describe("lines around each hit"),
    filesOnly: z.boolean().optional(),
  }),
  subject: ({ pattern }) => pattern,
  async run({ pattern, path = ".", include, ignoreCase, context, filesOnly }, { sandbox, signal }) {
    const flags = ["-rnIE", "--exclude-dir=.git", "--exclude-dir=node_modules"];
    if (include !== undefined) flags.push(`--include=${include}`);
    if (ignoreCase) flags.push("-i");
    if (filesOnly) flags.push("-l");
    else if (context) flags.push(`-C${context}`);
    const { status, stdout, stderr } = await runFixed(
      sandbox,
      'grep "$@"',
      [...flags, "-e", pattern, "--", path],
      signal,
    );
    if (status > 1 || (status === 127 && stdout === ""))
      return failed(stderr.trim() || `grep ended with ${status}`);
    return { output: limited(stdout.split("\n").filter(Boolean)) || `[no match for ${pattern}]` };
  },
});

function limited(lines: readonly string[]): string {
  const shown = lines
    .slice(0, MAX_LINES)
    .map((line) => (line.length > 500 ? `${line.slice(0, 500)}…` : line));
  const more = lines.length - shown.length;
  return more > 0 ? `${shown.join("\n")}\n[${more} more; narrow the pattern or the path]` : shown.join("\n");
}
