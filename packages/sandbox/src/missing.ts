/** Most names that one line speaks of. */
const MOST = 3;
/** bash's own message, in a script or at `-c`, with or without a line. */
const MESSAGE = /(?:^|: )([^\s:]+): command not found$/gm;

/**
 * One line about the commands that a script asked for and that are not there, naming what is there instead; `undefined` where none is
 * missing. Whoever runs scripts shows it once, beside the script's own output.
 *
 * @param stderr text that the script wrote to its standard error; bash's own messages in it tell what was missing
 * @param commands names of the commands that are there
 * @param listing how to see them all, as the reader would ask for it
 * @param optional names of commands that are not there → the optional bundle that would bring them
 */
export function missingCommands(
  stderr: string,
  commands: Iterable<string>,
  listing: string,
  optional: ReadonlyMap<string, string> = new Map(),
): string | undefined {
  const names = [...commands];
  const known = new Set(names);
  const missing = new Set([...stderr.matchAll(MESSAGE)].map(([, name]) => name as string));
  const told = [...missing].filter((name) => !known.has(name)).slice(0, MOST);
  if (told.length === 0) return undefined;
  const parts = told.map((name) => {
    const bundle = optional.get(name);
    if (bundle !== undefined)
      return `${name} is of the optional bundle ${bundle}, which is not here: ${bringing(bundle)}`;
    const near = nearest(name, names);
    return `${name} is not among the commands${near.length ? ` (near it: ${near.join(", ")})` : ""}`;
  });
  return `${parts.join("; ")}; ${listing} lists them`;
}

const bringing = (bundle: string) => `\`shadowbox bundle get ${bundle} --from PLACE\` brings it`;

/** The names that a slip of the hand would have turned into this one, or that begin with it or it with them. */
function nearest(name: string, names: readonly string[]): string[] {
  const limit = name.length < 4 ? 1 : 2;
  return names
    .map((other) => ({ other, far: isVersion(name, other) ? 0.5 : distance(name, other) }))
    .filter(({ other, far }) => far <= limit && far < other.length - 1)
    .sort((a, b) => a.far - b.far || (a.other < b.other ? -1 : 1))
    .slice(0, MOST)
    .map(({ other }) => other);
}

/** `python` and `python3`, `awk` and `gawk`: one is the end or the beginning of the other. */
function isVersion(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length < 3 || long.length - short.length > 2) return false;
  return long.endsWith(short) || (long.startsWith(short) && /^[\d.]+$/.test(long.slice(short.length)));
}

/** Letters to put in, take out, change or swap with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(changed, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
