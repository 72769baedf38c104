import truncated from "fast-string-truncated-width";

/** What a model or a program says must not drive the terminal. */
export function clean(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** A text of any number of lines as one. */
export function oneLine(text: string, width: number): string {
  return fitted(text.replace(/\s+/g, " ").trim(), width);
}

/** A line cut to `width` columns, its indentation kept. */
export function fitted(text: string, width: number): string {
  const line = clean(text).replaceAll("\t", "    ").trimEnd();
  const { index, ellipsed } = truncated(line, { limit: Math.max(1, width), ellipsis: "…" });
  return ellipsed ? `${line.slice(0, index)}…` : line;
}
