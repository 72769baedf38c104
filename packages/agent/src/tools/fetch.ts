import { z } from "zod";
import { runFixed } from "./text.ts";
import { defineTool, failed } from "./tool.ts";

/** Reads a page through the box's own curl, so that the sandbox's network policy holds for it as for any program. */
export const webFetch = defineTool({
  name: "WebFetch",
  description: "Get a URL as text, through the box's network policy.",
  effect: "network",
  schema: z.object({ url: z.url() }),
  subject: ({ url }) => hostOf(url),
  detail: ({ url }) => `GET ${url}`,
  async run({ url }, { sandbox, signal }) {
    const { status, stdout, stderr } = await runFixed(
      sandbox,
      'curl -sSfL --max-time 50 -- "$1"',
      [url],
      signal,
    );
    if (status !== 0) return failed(stderr.trim() || `curl ended with ${status}`);
    return { output: /<html[\s>]/i.test(stdout.slice(0, 2000)) ? textOfHtml(stdout) : stdout };
  },
});

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** The readable text of a page: good enough for a model, no renderer. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<(script|style|noscript|svg|head)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<(br|\/p|\/div|\/li|\/tr|\/h[1-6])\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] as string)
    .replace(/[ \t]+/g, " ")
    .replace(/\n\s*\n+/g, "\n\n")
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: " ",
};
