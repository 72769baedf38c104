import { useMemo } from "preact/hooks";
import { useSome } from "./some.tsx";

/** A unified diff, coloured. */
export function PatchView({ text }: { text: string }) {
  const [lines, more] = useSome(useMemo(() => text.replace(/\n$/, "").split("\n"), [text]));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre class="diff" tabIndex={0}>
        {lines.map((line, at) => (
          <span key={`${at}${line}`} class={lineClass(line)}>
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
      {more}
    </>
  );
}

/** Lines before a file's first hunk begin with marks, too. */
function lineClass(line: string): string {
  if (/^(\+\+\+|---|diff|index|@@) ?/.test(line)) return "quiet";
  return line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "";
}
