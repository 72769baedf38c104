// Changed scripts, the same ones for the same seed.
import { numbers } from "./scripts.mjs";

const TOKEN =
  /\s+|"(?:[^"\\]|\\.)*"|'[^']*'|\$\{[^}]*\}|\$\(\(|\$\(|\w+|&&|\|\||;;|<<-?|<<<|>>|\[\[|\]\]|\(\(|\)\)|\S/gu;
const CHARACTERS = ["'", '"', "\\", "$", "`", "(", ")", "{", "}", ";", "|", "<", ">", "!", "*", "#", "\n"];

/** The script that a seed makes of one of many; `at`: which. */
export function mutationOf(seed, scripts) {
  const next = numbers(seed);
  const below = (limit) => next() % limit;
  const at = below(scripts.length);
  let script = scripts[at];
  const change = {
    swap: (parts) => {
      const [one, other] = [below(parts.length), below(parts.length)];
      [parts[one], parts[other]] = [parts[other], parts[one]];
    },
    drop: (parts) => parts.splice(below(parts.length), 1),
    twice: (parts) => {
      const place = below(parts.length);
      parts.splice(place, 0, parts[place]);
    },
    move: (parts) => parts.splice(below(parts.length), 0, ...parts.splice(below(parts.length), 1)),
    bring: (parts) => {
      const others = tokensOf(scripts[below(scripts.length)]);
      parts[below(parts.length)] = others[below(others.length)];
    },
    quote: (parts) => {
      const place = below(parts.length);
      parts[place] = requoted(parts[place], below(4));
    },
    insert: (parts) => parts.splice(below(parts.length + 1), 0, CHARACTERS[below(CHARACTERS.length)]),
  };
  const names = Object.keys(change);
  for (let count = 1 + below(3); count > 0; count--) {
    const byLine = below(4) === 0;
    const parts = byLine ? script.split(/(?<=\n)/) : tokensOf(script);
    if (parts.length === 0) return { at, script };
    change[names[below(byLine ? 4 : names.length)]](parts);
    script = parts.join("");
  }
  return { at, script };
}

const tokensOf = (script) => script.match(TOKEN) ?? [" "];

/** The same with other quotes around it. */
function requoted(token, how) {
  const bare = /^(["']).*\1$/s.test(token) ? token.slice(1, -1) : token;
  return [bare, `"${bare}"`, `'${bare}'`, `$'${bare}'`][how];
}
