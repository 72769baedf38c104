import { COMMON, type Flag } from "./options.ts";

/** Columns to fill: the terminal's, within reason; 80 where there is none. */
export function helpColumns(): number {
  return Math.min(Math.max(process.stdout.columns ?? 80, 40), 100);
}

/** Words in lines of at most `room` columns, those after the first behind an indent. A word that is longer stands alone. */
export function wrap(text: string, room: number, indent = 0): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/** Rows of two columns, the right one wrapped; below each other where there is no room beside. */
export function table(rows: readonly (readonly [name: string, text: string])[], left: number): string {
  const indent = helpColumns() - left < 30 ? 10 : left;
  const room = helpColumns() - indent;
  return rows
    .map(([name, text]) => {
      const gap = name.length + 3 > indent ? `\n${" ".repeat(indent)}` : " ".repeat(indent - name.length - 2);
      return `  ${name}${gap}${wrap(text, room, indent)}\n`;
    })
    .join("");
}

/** Help of one command: its own options first, those that all have after them. */
export function helpText(usage: string, about: string, flags: Record<string, Flag>): string {
  const rows = (common: boolean) =>
    Object.entries(flags)
      .filter(([name]) => Object.hasOwn(COMMON, name) === common)
      .map(([name, { short, value, help }]): [string, string] => [
        `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`,
        help,
      ]);
  const section = (title: string, list: [string, string][]) =>
    list.length === 0 ? "" : `\n${title}\n${table(list, 28)}`;
  const [own, common] = [rows(false), rows(true)];
  const intro = `${wrap(about, helpColumns())}\n\n${wrap(`Usage: shadowbox ${usage}`, helpColumns() - 7, 7)}\n`;
  return (
    intro + section("Options:", own) + section(own.length === 0 ? "Options:" : "Common options:", common)
  );
}
