// Differences from bash that are left as they are, each with its reason and how it is told from others. docs/shell.md lists the same.

/**
 * Where `bash -n` takes what our parser refuses, or the other way around.
 * @type {readonly { reason: string, holds: (script: string, want: string, got: string) => boolean }[]}
 */
export const KNOWN_PARSES = [
  {
    reason: "`[[ ]]` with nothing to test: both refuse it without a word, bash sometimes with a status",
    holds: (_script, _want, got) => /line \d+: \n/.test(got),
  },
  {
    reason: "`time` first in `$(…)` or `<(…)`: bash -n takes it for a command, and runs it as the word it is",
    holds: (script) => /[$<>]\(\s*time\b/.test(script),
  },
  {
    reason: "a parenthesis in `${…}` within `$((…))`: bash counts it among those of the expression",
    holds: (script) => /\$\(\([\s\S]*\$\{[^}]*[()]/.test(script),
  },
  {
    reason:
      "`((` with a here-document that holds a `)`: bash takes what is before it for the whole of a subshell",
    holds: (script, want) => /\(\([^\n]*<<[^\n]*\n[\s\S]*\)/.test(script) && /: `\([^\n]*<</.test(want),
  },
];

/**
 * Where a script says something else, or ends otherwise.
 * @type {readonly { reason: string, holds: (script: string, want: string, got: string) => boolean }[]}
 */
export const KNOWN_RUNS = [
  {
    reason: "a message that bash says twice",
    holds: (_script, want, got) => once(want) === once(got) && want.length > got.length,
  },
  {
    reason: "`${*^…}` and its kin within quotes that hold `$@` too: bash splits what it joined",
    holds: (script) => /"[^"]*\$\{\*[\^,~@#%/][^"]*"/.test(script) && /\$(?:@|\{@)/.test(script),
  },
  {
    reason:
      "`${!x…}` with an operator, where it leads through a list: bash reads uninitialised or marked bytes",
    holds: (script) => /\$\{![A-Za-z_]\w*(?:\[[@*]\])?[^}[\]@*]/.test(script),
  },
  {
    reason: "`[[ … ]]` that cannot be parsed, in a substitution: bash goes on from within, or gives up more",
    holds: (script, want) =>
      /conditional (?:unary|binary) operator|conditional expression/.test(want) && script.includes("$("),
  },
  {
    reason: "an unbound variable in `eval` in a condition under `set -ue`: bash ends with 127, not 1",
    holds: (script, want, got) => want === got && /unbound variable/.test(want) && /\beval\b/.test(script),
  },
  {
    reason: "a bad substitution in a word with braces: bash shows the word that the braces made",
    holds: (script, want) => /bad substitution/.test(want) && /\{[^}]*(?:,|\.\.)[^}]*\}/.test(script),
  },
  {
    reason:
      'an empty `"${a[*]}"` with more after it as the word of `case`: bash leaves its mark of the quotes in it',
    holds: (script) => /\bcase "\$(?:\*|\{\w+\[\*\]\})"[^ ]/.test(script),
  },
  {
    reason: "no element of an associative array, as `${map[@]:0:0}`: bash gives one",
    holds: (script) => /\$\{map\[[@*]\]:[^}]*:0\}/.test(script),
  },
  {
    reason:
      "arithmetic with two mistakes: bash evaluates a name as it reads it, and tells that mistake first",
    holds: (script, want, got) =>
      /error token is/.test(want) && /attempted assignment to non-variable/.test(got) && /\(\(/.test(script),
  },
  {
    reason: "`( ! n=$((…)) )` that cannot be evaluated: bash turns the status of the failure around, too",
    holds: (script, want, got) =>
      /^\( ! /m.test(script) && /error token is/.test(want) && /^end 1 /m.test(got),
  },
  {
    reason: '`"${…}${c:0}"` with nothing in it after a word without quotes: bash keeps an empty word',
    holds: (script) => /"\$(?:@|\{@|\{\w+\[@\])[^"]*\$\{\w+:0\}"/.test(script),
  },
  {
    reason: "`$(…)` in the arguments of `local` and `declare`, as `declare -f` shows it: bash writes it anew",
    holds: (script, want, got) =>
      /\b(?:local|declare)\b[^\n]*\$\(/.test(script) && close(want) === close(got),
  },
  {
    reason:
      "assignments before a command whose redirection gives up the line: bash keeps them for the next command",
    holds: (script, want) =>
      /^.*\b\w+=\S* \w+ .*[<>]/m.test(script) && /error token|substring expression/.test(want),
  },
];

/**
 * The same for changed scripts of cases, and what {@link KNOWN_RUNS} has.
 * @type {readonly { reason: string, holds: (script: string, want: string, got: string) => boolean }[]}
 */
export const KNOWN_MUTATIONS = [
  ...KNOWN_RUNS,
  {
    reason:
      "`[[ … ]]` that cannot be parsed: bash reads on to the end of the line and says what is open there, or names another line",
    holds: (script, want) => /\[\[/.test(script) && /conditional|looking for `]]'|expected `\)'/.test(want),
  },
  {
    reason:
      "a token with newlines that stands where it may not: bash shows it quoted, with the line that it ends in",
    holds: (_script, want) => /unexpected token `\$'.*\\n/.test(want),
  },
  {
    reason: "`$'…'` in what arithmetic complains of: bash has made plain quotes of it",
    holds: (script, want) => /\$'/.test(script) && /\(error token is/.test(want),
  },
  {
    reason:
      "a substitution in a here-document that is never closed: bash reads its commands, and names what is open",
    holds: (script, want) =>
      script.includes("<<") && /command substitution: line \d+: unexpected EOF/.test(want),
  },
  {
    reason: "all variables are listed: versions, machine, and what bash makes at their first use",
    holds: (_script, want) => /^(?:declare -\w+ )?BASH_VERSINFO=/m.test(want),
  },
  {
    reason: "a name of `for` that is none: bash names the line that the loop ends in",
    holds: (script, want, got) =>
      /\bfor\b/.test(script) &&
      withoutLines(want) === withoutLines(got) &&
      /not a valid identifier/.test(want),
  },
];

function withoutLines(text) {
  return text.replace(/line \d+:/g, "line N:");
}

/** A text without blanks before parentheses that close. */
function close(text) {
  return text.replace(/ +\)/g, ")");
}

/** A text without messages that repeat the one before. */
function once(text) {
  return text.replace(/(\w+: line \d+: [^\n]*\n)\1+/g, "$1");
}

/** The reason in a list that accounts for a difference; undefined: none does. */
export function knownReason(list, script, want = "", got = "") {
  return list.find(({ holds }) => holds(script, want, got))?.reason;
}
