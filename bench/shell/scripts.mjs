// Random small scripts, the same ones for the same seed.

/** A generator of 32-bit numbers (mulberry32). */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const NAMES = ["a", "b", "c", "u", "n"];
const TEXTS = [
  "x",
  "ab",
  "x y",
  "",
  "*",
  "a/b/c.d",
  "  p  q ",
  "-1",
  "007",
  "é€",
  "k=v",
  "a:b::c",
  "\\",
  "[x]",
  "~",
  "$a",
];
const LITERALS = [
  "x",
  "foo",
  "a b",
  "1",
  "-n",
  "*",
  "?",
  "[a-c]*",
  "é",
  "a=b",
  "~",
  "{a,b}",
  "{1..3}",
  "%d",
  "#",
  "!",
];
const PATTERNS = [
  "*",
  "?",
  "a*",
  "*b",
  "[a-c]",
  "[!a]",
  "x",
  "*/",
  "/*",
  "[[:alpha:]]",
  "@(a|b)",
  "+(x)",
  "!(a*)",
  "'*'",
  '"$a"',
  "$b",
  "\\*",
  "",
];
const FORMATS = [
  "%s",
  "%5s|",
  "%-4s|",
  "%d",
  "%03d",
  "%x",
  "%q",
  "%b",
  "%c",
  "%.2s",
  "%i",
  "%o",
  "%e",
  "%+d",
  "%%",
  "\\n",
  "%s-%s",
  "%*d",
];
const SHOPTS = [
  "extglob",
  "nullglob",
  "dotglob",
  "nocasematch",
  "failglob",
  "lastpipe",
  "extquote",
  "xpg_echo",
];

/** Makes scripts of statements, words and expressions up to a depth. */
export class Writer {
  constructor(seed) {
    this.next = numbers(seed);
  }

  below(n) {
    return this.next() % n;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  maybe(percent) {
    return this.below(100) < percent;
  }

  many(from, to, make) {
    return Array.from({ length: from + this.below(to - from + 1) }, make);
  }

  script() {
    const lines = this.prelude();
    lines.push(...this.many(1, 5, () => this.statement(2)));
    lines.push('echo "end $? ${PIPESTATUS[*]} $#"');
    return lines.join("\n");
  }

  prelude() {
    const lines = this.many(1, 3, () => `${this.pick(NAMES)}=${this.quote(this.pick(TEXTS))}`);
    if (this.maybe(50)) lines.push(`arr=(${this.many(0, 4, () => this.quote(this.pick(TEXTS))).join(" ")})`);
    if (this.maybe(20)) lines.push(`declare -A map=([k]=v ['q w']=${this.quote(this.pick(TEXTS))})`);
    if (this.maybe(40)) lines.push(`set -- ${this.many(0, 4, () => this.quote(this.pick(TEXTS))).join(" ")}`);
    if (this.maybe(15)) lines.push(`IFS=${this.pick(["':'", "''", "' x'", "$' \\t\\n:'", "/"])}`);
    if (this.maybe(15)) lines.push(`shopt -s ${this.pick(SHOPTS)}`);
    if (this.maybe(10)) lines.push(`set -${this.pick(["e", "u", "f", "x", "ue", "E"])}`);
    if (this.maybe(5)) lines.push("set -o pipefail");
    return lines;
  }

  quote(text) {
    const kind = this.below(3);
    if (kind === 0 && !/["$`\\]/.test(text)) return `"${text}"`;
    return `'${text}'`;
  }

  word(depth) {
    return this.many(1, this.maybe(30) ? 3 : 1, () => this.piece(depth)).join("");
  }

  words(depth, from = 0, to = 3) {
    return this.many(from, to, () => this.word(depth)).join(" ");
  }

  piece(depth) {
    switch (this.below(depth > 0 ? 10 : 4)) {
      case 0:
        return this.bare();
      case 1:
        return `'${this.pick(LITERALS)}'`;
      case 2:
        return `$${this.pick([...NAMES, "1", "@", "*", "#", "?"])}`;
      case 3:
        return `"${this.pick(["$a", "$@", "x $b", "$*", "\\$a", "'", "${arr[@]}", "${arr[*]}", "a\\b"])}"`;
      case 4:
        return `$(${this.simple(depth - 1)})`;
      case 5:
        return `$((${this.expression(depth)}))`;
      case 6:
        return `"${this.many(1, 2, () => this.inner(depth - 1)).join(this.pick(["", " "]))}"`;
      case 7:
        return this.pick(["$'a\\tb'", "$'\\x41'", "\\ ", "\\*", "a\\\nb", "\\\\", "$'it\\'s'"]);
      default:
        return this.parameter(depth);
    }
  }

  inner(depth) {
    switch (this.below(4)) {
      case 0:
        return this.pick(["x", "$a", " ", "'", '\\"', "*", "~"]);
      case 1:
        return `$(${this.simple(depth)})`;
      default:
        return this.parameter(Math.max(0, depth));
    }
  }

  bare() {
    return this.pick(LITERALS).replace(/ /g, "\\ ").replace(/[#!]/g, "\\$&");
  }

  parameter(depth) {
    const name = this.pick([
      ...NAMES,
      ...NAMES,
      "1",
      "2",
      "@",
      "*",
      "arr[@]",
      "arr[*]",
      "arr[1]",
      "arr[-1]",
      "map[k]",
      "map[@]",
      "#",
      "!c",
      "!arr[@]",
      "arr",
    ]);
    const operand = () => (depth > 0 ? this.word(depth - 1) : this.pick(["x", "$a", "", "'q r'"]));
    switch (this.below(11)) {
      case 0:
        return `\${${name}}`;
      case 1:
        return `\${#${name.replace("!", "")}}`;
      case 2:
      case 3:
        return `\${${name}${this.pick(["-", ":-", "+", ":+"])}${operand()}}`;
      case 4:
        return `\${${this.pick(NAMES)}${this.pick(["=", ":="])}${operand()}}`;
      case 5:
        return `\${${name}${this.pick(["#", "##", "%", "%%"])}${this.pick(PATTERNS)}}`;
      case 6:
        return `\${${name}${this.pick(["/", "//", "/#", "/%"])}${this.pick(PATTERNS)}${this.maybe(80) ? `/${operand()}` : ""}}`;
      case 7:
        return `\${${name}:${this.pick(["0", "1", "2", " -1", "n", "1+1"])}${this.maybe(50) ? `:${this.pick(["1", "2", "0", "-1", "#"])}` : ""}}`;
      case 8:
        return `\${${name}${this.pick(["^", "^^", ",", ",,"])}${this.maybe(30) ? this.pick(PATTERNS) : ""}}`;
      case 9:
        return `\${${name}@${this.pick(["Q", "U", "u", "L", "E", "A", "a", "K", "k"])}}`;
      default:
        return `\${${name}}`;
    }
  }

  expression(depth) {
    if (depth <= 0 || this.maybe(25))
      return this.pick(["1", "2", "n", "0x1f", "010", "-3", "arr[1]", "u", "2#101", "${n:-4}", "a"]);
    const e = () => this.expression(depth - 1);
    switch (this.below(9)) {
      case 0:
        return `(${e()})`;
      case 1:
        return `${this.pick(["-", "!", "~", "+"])} ${e()}`;
      case 2:
        return `${e()} ? ${e()} : ${e()}`;
      case 3:
        return `n ${this.pick(["=", "+=", "-=", "*=", "|=", "<<="])} ${e()}`;
      case 4:
        return this.pick(["n++", "--n", "++n", "n--"]);
      default:
        return `${e()} ${this.pick(["+", "-", "*", "/", "%", "**", "<<", ">>", "<", ">", "<=", "==", "!=", "&", "|", "^", "&&", "||", ","])} ${e()}`;
    }
  }

  simple(depth) {
    switch (this.below(14)) {
      case 0:
        return `echo ${this.pick(["", "-n ", "-e "])}${this.words(depth)}`;
      case 1:
      case 2:
      case 3:
        return `printf '<%s>' ${this.words(depth, 1, 3)}`;
      case 4:
        return `printf '${this.pick(FORMATS)}${this.pick(FORMATS)}' ${this.words(depth)}`;
      case 5:
        return `${this.pick(NAMES)}${this.pick(["=", "+="])}${this.word(depth)}`;
      case 6:
        return `arr[${this.pick(["0", "1", "-1", "n", "7"])}]${this.pick(["=", "+="])}${this.word(depth)}`;
      case 7:
        return `arr${this.pick(["=", "+="])}(${this.words(depth)})`;
      case 8:
        return `declare ${this.pick(["-p a arr", "-i n=5+2", `-u b=${this.word(depth)}`, "-p map", "-a b", "-r u", "-p n u"])} 2>&1`;
      case 9:
        return `read ${this.pick(["a", "-r a b", "-a arr", "-n 2 a", "-d x a b", "a b c"])} <<< ${this.word(depth)}`;
      case 10:
        return `unset ${this.pick(["a", "b", "arr", "'arr[0]'", "'map[k]'", "-v c", "n"])}`;
      case 11:
        return this.pick([
          "shift",
          "shift 2",
          "true",
          "false",
          "nosuch",
          "set -- p 'q r'",
          "let n+=2",
          "eval 'echo $a'",
          "test -z $a",
          "[ $a = x ]",
          '[ -n "$b" -a 1 -lt 2 ]',
          ": ${u?none}",
          "local x=1",
          "(exit 3)",
          "declare -n r=a; r=z",
          "printf -v a '%s.' 1 2",
          'mapfile -t arr <<< "$a"',
          "type echo f0",
          "getopts ab: c -b q; echo $c $OPTARG",
        ]);
      case 12:
        return `((${this.expression(depth)}))`;
      default:
        return `[[ ${this.condition(depth)} ]]`;
    }
  }

  condition(depth) {
    switch (this.below(6)) {
      case 0:
        return `${this.pick(["-n", "-z", "-v", "-e"])} ${this.pick(["$a", '"$b"', "a", "x", "'arr[1]'"])}`;
      case 1:
        return `${this.word(depth)} ${this.pick(["==", "!=", "="])} ${this.pick(PATTERNS) || '""'}`;
      case 2:
        return `${this.word(depth)} =~ ${this.pick(["^a", "(x|y)+", "[0-9]+$", '"*"', "$b", "^.(.)?", "a.*b"])}`;
      case 3:
        return `${this.expression(0)} ${this.pick(["-eq", "-lt", "-ge", "-ne"])} ${this.expression(0)}`;
      case 4:
        return `! ${this.word(depth)} < ${this.word(0)}`;
      default:
        return `${this.word(0)} ${this.pick(["&&", "||"])} ${this.word(0)}`;
    }
  }

  statement(depth) {
    if (depth <= 0 || this.maybe(45)) return this.simple(1);
    const body = () => this.many(1, 2, () => this.statement(depth - 1)).join("\n");
    switch (this.below(12)) {
      case 0:
        return `if ${this.simple(1)}; then ${body()}\n${this.maybe(50) ? `else ${body()}\n` : ""}fi`;
      case 1:
        return `for i in ${this.words(1, 0, 3)}; do ${body()}\n${this.pick(["", "break\n", "continue\n", "echo $i\n"])}done`;
      case 2:
        return `k=0; while ((k++ < 2)); do ${body()}\ndone`;
      case 3:
        return `case ${this.word(1)} in ${this.pick(PATTERNS) || '""'}) ${body()}\n${this.pick([";;", ";&", ";;&"])} ${this.pick(PATTERNS) || "x"}|z) ${body()}\n;; *) echo other;; esac`;
      case 4:
        return `f0() { ${this.maybe(60) ? `local ${this.pick(NAMES)}=${this.word(1)}\n` : ""}${body()}\n${this.pick(["", "return 4\n", "echo $FUNCNAME $#\n"])}}\nf0 ${this.words(1, 0, 2)}`;
      case 5:
        return `${this.simple(1)} ${this.pick(["&&", "||"])} ${this.simple(1)}`;
      case 6:
        return `{ ${body()}\n} ${this.pick(["", "2>&1", "> out; cat out", ">> out; wc -c < out"])}`;
      case 7:
        return `( ${body()}\n)`;
      case 8:
        return `cat <<${this.pick(["E", "'E'"])}\n${this.many(1, 2, () => this.inner(1)).join(" ")}\nE`;
      case 9:
        return `! ${this.simple(1)}`;
      case 10:
        return this.pick([
          `trap 'echo bye $?' EXIT`,
          `trap 'echo err $?' ERR`,
          "for ((i = 0; i < 2; i++)); do echo $i; done",
          "echo $(declare -p arr 2>&1)",
          "f1() { echo f1 $LINENO ${FUNCNAME[@]}; }; f1",
        ]);
      default:
        return `${this.pick(["a=1 ", "IFS=: ", ""])}${this.simple(1)}`;
    }
  }
}

/** The script of a seed. */
export function scriptOf(seed) {
  return new Writer(seed).script();
}
