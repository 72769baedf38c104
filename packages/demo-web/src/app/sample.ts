import type { ImageEntry } from "@shadowbox/sandbox";

const FILES: Readonly<Record<string, string>> = {
  "README.md": "# Word count\n\nCounts the words of a text.\n\nUsage: python3 count.py FILE\n",
  "count.py":
    'import sys\nfrom collections import Counter\n\n\ndef words(text):\n    return text.lower().split()\n\n\ndef top(text, n=3):\n    return Counter(words(text)).most_common(n)\n\n\nif __name__ == "__main__":\n    for word, times in top(open(sys.argv[1]).read()):\n        print(times, word)\n',
  "poem.txt":
    "The woods are lovely, dark and deep,\nBut I have promises to keep,\nAnd miles to go before I sleep,\nAnd miles to go before I sleep.\n",
  "test.sh": '#!/bin/bash\nset -e\n[ "$(python3 count.py poem.txt | head -n 1)" = "3 and" ] && echo ok\n',
};

/** A small project to try things on. */
export function sampleProject(): ImageEntry[] {
  const mtimeNs = BigInt(Date.now()) * 1_000_000n;
  return Object.entries(FILES).map(([path, text]) => ({
    path,
    type: "file",
    mode: path.endsWith(".sh") ? 0o755 : 0o644,
    mtimeNs,
    bytes: new TextEncoder().encode(text),
  }));
}

/** Commands that show in a minute what this is. */
export const GUIDE: readonly { say: string; command?: string }[] = [
  {
    say: "Run a program: it sees a shadow of the project, never your files.",
    command: "python3 count.py poem.txt",
  },
  {
    say: "Change something, as an agent would.",
    command: "sed -i 's/n=3/n=5/' count.py && echo 'Prints the five most frequent words.' >> README.md",
  },
  { say: "Look at the changes in Review: take one back, keep the others." },
  { say: "Keep what you want: it goes into the project, and can be undone." },
];
