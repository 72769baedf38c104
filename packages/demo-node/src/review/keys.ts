const NAMED: readonly [pattern: RegExp, name: string][] = [
  [/^\u001b(\[|O)A/, "up"],
  [/^\u001b(\[|O)B/, "down"],
  [/^\u001b(\[|O)C/, "right"],
  [/^\u001b(\[|O)D/, "left"],
  [/^\u001b(\[|O)H|^\u001b\[[17]~/, "home"],
  [/^\u001b(\[|O)F|^\u001b\[[48]~/, "end"],
  [/^\u001b\[5~/, "pageup"],
  [/^\u001b\[6~/, "pagedown"],
  // What is not known is swallowed whole.
  [/^\u001b\[[0-9;?]*[ -/]*[@-~]/, ""],
  [/^\u001bO./, ""],
  [/^\u001b/, "escape"],
  [/^[\r\n]/, "enter"],
  [/^\t/, "tab"],
  [/^[\u007f\b]/, "backspace"],
  [/^ /, "space"],
  [/^\u0003/, "ctrl-c"],
  [/^\u0004/, "pagedown"],
  [/^\u0006/, "pagedown"],
  [/^\u0015/, "pageup"],
  [/^\u0002/, "pageup"],
  [/^\u000c/, "redraw"],
];

/** The keys in what a terminal sent: characters as they are, others by name. */
export function keysOf(input: string): string[] {
  const keys: string[] = [];
  for (let rest = input; rest !== ""; ) {
    const named = NAMED.find(([pattern]) => pattern.test(rest));
    const length = named ? (named[0].exec(rest) as RegExpExecArray)[0].length : [...rest][0]?.length;
    const key = named ? named[1] : rest.slice(0, length);
    if (key !== "" && (named || key >= " ")) keys.push(key);
    rest = rest.slice(length);
  }
  return keys;
}
