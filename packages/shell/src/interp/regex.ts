/** Groups of the first match, `null` for no match, `undefined` for an invalid regex. */
export function matchRegex(pattern: string, text: string, nocase: boolean): string[] | null | undefined {
  let regex: RegExp;
  try {
    regex = new RegExp(
      pattern.replace(
        /\[\[:(\w+):\]\]/g,
        (_, k) =>
          `[${({ alpha: "a-zA-Z", digit: "0-9", alnum: "a-zA-Z0-9", space: "\\s", upper: "A-Z", lower: "a-z", xdigit: "0-9a-fA-F" } as Record<string, string>)[k] ?? ""}]`,
      ),
      nocase ? "i" : "",
    );
  } catch {
    return undefined;
  }
  const match = regex.exec(text);
  return match ? [...match].map((group) => group ?? "") : null;
}
