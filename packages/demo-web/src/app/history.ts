const NAME = "shadowbox-history";

/** The newest that are kept: lines, and characters of all of them. */
const LINES = 500;
const CHARACTERS = 200_000;

/** What was typed into the terminal on earlier visits, the newest last; what cannot be read counts as nothing. */
export function loadHistory(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept.filter((line) => typeof line === "string") : [];
  } catch {
    // Somebody else's, or storage is closed to the page.
    return [];
  }
}

export function keepHistory(lines: readonly string[]): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(newest(lines)));
  } catch {
    // It holds for this page.
  }
}

/** The last of them that may be kept. */
export function newest(lines: readonly string[]): string[] {
  let left = CHARACTERS;
  const first = lines.findLastIndex((line, at) => {
    left -= line.length;
    return left < 0 || lines.length - at > LINES;
  });
  return lines.slice(first + 1);
}
