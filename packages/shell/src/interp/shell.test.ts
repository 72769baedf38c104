import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NodeSystem } from "../node/testing/node-system.ts";
import { Shell } from "./shell.ts";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "shell-test-"));
const env = { PATH: "/usr/bin:/bin", HOME: "/home/nobody", LC_ALL: "C.UTF-8" };
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

interface Outcome {
  output: string;
  status: number;
}

/** The arguments that run a script, as a file of a directory or as a word. */
function argumentsOf(script: string, directory: string, asFile: boolean): string[] {
  const text = `exec 2>&1\n${script}`;
  if (!asFile) return ["-c", text];
  fs.writeFileSync(path.join(directory, "script"), text);
  return ["script"];
}

function inBash(script: string, asFile = false): Outcome {
  const cwd = fs.mkdtempSync(path.join(root, "b"));
  const run = spawnSync("bash", argumentsOf(script, cwd, asFile), { cwd, env, encoding: "utf8", input: "" });
  if (run.error) throw run.error;
  return { output: run.stdout, status: run.status ?? -1 };
}

function inShell(script: string, asFile = false): Outcome {
  const cwd = fs.mkdtempSync(path.join(root, "s"));
  const output = path.join(root, "output");
  fs.rmSync(output, { force: true });
  const out = fs.openSync(output, "a");
  const err = fs.openSync(output, "a");
  const input = fs.openSync("/dev/null", "r");
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const system = new NodeSystem({ forkCommand: [], stdio: [input, out, err] });
    const pairs = Object.entries({ ...env, PWD: cwd }).map(([name, value]) => `${name}=${value}`);
    const status = new Shell(system, { env: pairs }).main(argumentsOf(script, cwd, asFile));
    return { output: fs.readFileSync(output, "utf8"), status };
  } finally {
    process.chdir(before);
  }
}

/** What each group shows; every script runs in bash and here, and both must say the same. */
const CASES: Record<string, string[]> = {
  "words and quoting": [
    `echo a  'b  c' "d  e" f\\ g $'h\\ti' ""`,
    `x='a b'; printf '<%s>' $x "$x" '$x' \\$x`,
    `set -- 'a b' '' c; printf '<%s>' $@ "$@" "$*" "x$@y"; set --; printf '<%s>' "$@" "$*" a`,
    `IFS=:; x=a:b::c:; printf '<%s>' $x; set -- 1 2; echo "$*"`,
    `echo {a,b{1,2},c}x {1..5..2} {01..03} {c..a} {a} {,} a{,}b`,
    `echo ~ ~/x a=~ x:~ '~'`,
    `touch a.c b.c .h; echo *.c * .* nope* [ab].c; shopt -s nullglob dotglob; echo nope* *`,
    `shopt -s extglob; touch ab abb ac; echo a+(b) @(ab|ac) !(ab)`,
  ],
  parameters: [
    `x=abcdef; echo \${x:2} \${x:1:3} \${x: -2} \${x::-1} \${#x} \${x^} \${x^^} \${x/c/-} \${x//[ace]/_} \${x#a*c} \${x%%d*}`,
    `unset u; echo "\${u-d}" "\${u:-e}" "\${u+f}" "\${u:=g}" $u`,
    `a=(1 2 "3 4"); a[7]=x; echo \${#a[@]} "\${!a[@]}" "\${a[-1]}"; printf '<%s>' "\${a[@]:1:2}"; unset 'a[0]'; declare -p a`,
    `declare -A m=([k]=v ["a b"]=c); m[z]+=q; echo "\${m[a b]}" \${#m[@]} "\${m[k]}\${m[z]}"; for k in "\${!m[@]}"; do echo "$k"; done`,
    `declare -n r=t; r=5; echo $t \${!r}; f() { local -n o=$1; o=done; }; f t; echo $t`,
    `x="it's"; echo "\${x@Q}" "\${x@U}" \${x@A}; declare -i n=3+4; n+=1; echo $n; declare -u U=abc; echo $U`,
    `v=y; y=1; echo \${!v} \${!y*}; set -- a b c; echo \${@:2} \${!#} $# \${*: -1}`,
    `echo \${x?no x}; echo not here`,
    `set -u; echo \${x-ok}; echo $x; echo not here`,
  ],
  commands: [
    `for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done; while true; do break; done; until false; do break 1; done; echo $?`,
    `for ((i=0; i<3; i++)); do echo -n $i; done; ((x = 5 * 2)); echo " $x $((x ** 2 % 7)) $((0x1f + 010))"`,
    `case abc in a*) echo one ;;& *c) echo two ;& z) echo three ;; *) echo four ;; esac`,
    `f() { local x=1; g; echo $x; return 3; }; g() { x=2; }; x=0; f; echo $? $x`,
    `f() { echo "$# $1 \${FUNCNAME[0]}"; }; f a b; unset -f f; f 2>/dev/null; echo $?`,
    `if false; then echo a; elif true; then echo b; else echo c; fi; ! true; echo $?`,
    `( x=1; exit 4 ); echo $? \${x-unset}; { x=2; }; echo $x`,
    `[[ abc == a?c && ! -e nope && 3 -lt 10 ]] && echo y; [[ foo12 =~ ([a-z]+)([0-9]+) ]] && echo "\${BASH_REMATCH[@]}"`,
    `true | false | true; echo "\${PIPESTATUS[@]}"; set -o pipefail; false | true; echo $?`,
    `echo a | cat; printf '3\\n1\\n2\\n' | sort | head -1; seq 3 | while read x; do echo "<$x>"; done; yes | head -1`,
    `x=$(echo a; echo b; exit 3); echo "$x" $?; y=\`echo \\\`echo in\\\`\`; echo $y; echo "$(cat <<E
here $x
E
)"`,
    `eval 'echo $((1+1)); z=3'; echo $z; x=5 eval 'echo $x'; echo \${x-none}`,
    `select x in a b; do :; done < /dev/null; echo $?`,
  ],
  redirections: [
    `echo one >f; echo two >>f; cat <f; { echo out; echo err >&2; } >g 2>&1; cat g; exec 3<f; read a <&3; read b <&3; echo $b $a; exec 3<&-`,
    `cat <<A; cat <<'B'; cat <<-C
x $((1+1)) \\$y
A
$z
B
	tab
	C
cat <<< "here $USERX"`,
    `exec {fd}>h; echo hi >&$fd; exec {fd}>&-; cat h; set -C; echo x >h; echo y >|h; cat h; cat nope; echo $?; echo x >&9`,
    `f() { echo in; } >k; f; cat k; while read -r l; do echo "[$l]"; done <k; : >"$nope"; echo $?`,
  ],
  failures: [
    `nosuchcommand; echo $?; ./nofile; echo $?; mkdir d; ./d; echo $?; : >t; ./t; echo $?`,
    `readonly r=1; r=2; echo not here`,
    `echo \${x!y}; echo not here`,
    `set -e; false || true; if false; then :; fi; f() { false; echo no; }; echo a; f; echo no`,
    `set -e; x=$(false); echo no`,
    `trap 'echo bye $?' EXIT; trap 'echo err' ERR; false; exit 3`,
    `cd /nope; pushd /nope; shift 5; echo $?; local x; break; return; unset 1x; export 2y; echo $?`,
    `echo $((1/0)); echo not here`,
    `f() { caller 0; echo \${BASH_LINENO[0]} $LINENO; }
f`,
    `if then; fi`,
    `echo a; (exit 200); echo $?; kill -l 9; type nosuch; command -v echo; type -t if`,
  ],
  builtins: [
    `printf '%5d|%-5s|%05.1f|%x|%q|%b|%c\\n' 42 ab 3.14159 255 'a b' 'x\\ty' zed; printf -v v '%s-' a b; echo $v; printf '%(%Y)T\\n' 0`,
    `read -r a b <<< ' one two  three '; echo "$a|$b"; IFS=, read -ra l <<< 'x,y,,z'; declare -p l; read -n2 c <<< hello; echo $c`,
    `printf 'x\\ny\\n' >f; mapfile -t n <f; echo "\${n[@]}"`,
    `while getopts 'ab:c' o -a -b val -c rest; do echo $o $OPTARG; done; echo $OPTIND`,
    `declare -p nope; declare -i i=5; declare -rx e=1; declare -p i e; f() { local q=1; local; }; f; declare -f f`,
    `set -- x y; shift; echo $1; set -o | head -3; shopt -q extglob; echo $?; echo $-`,
    `alias a=b; alias; unalias a; hash; umask 022; umask -S; test -d . -a 1 -eq 1; echo $?; [ a = b ]; echo $?; let x=2+3; echo $x`,
    `mkdir -p a/b; cd a/b; cd ..; pwd | sed 's|.*/||'; cd - >/dev/null; pushd / >/dev/null; dirs -p | tail -1 | sed 's|.*/||'; popd >/dev/null; echo \${PWD##*/}`,
    `set -x; x=1; echo "a b" $x; [[ $x = 1 ]]; set +x`,
  ],
  "found by random scripts": [
    "printf '\\n%o' 'a\\b'; printf '%d\\n' x 2",
    "! ((1)); echo ${PIPESTATUS[*]}; ! ((0)); echo ${PIPESTATUS[*]}; ! true; echo ${PIPESTATUS[*]}",
    "for i in 1; do\necho $((1/0))\n:\ndone\nnosuch",
    "set -e; if arr[-1]=1; then :; fi; echo D",
    'unset a; echo ${!a:-unset}; echo ${!1-unset}; arr=(); echo "<${!arr[@]:+x}>"',
    'echo ${#/}; echo x${#^}; echo "y${#=}"; echo ${#:%}',
    "x=; echo ${u:#} ${x:#}; echo ok",
    "cat <<E\nx\n$(nosuch)\nE",
    "[[ $((1/0)) ]]; echo $?; [[ 1/0 -eq 1 ]]; echo $?",
    "set -x; [[ a* == b* ]]; [[ \"$u\" && 'x y' ]]; a=1 echo hi",
    "shopt -s extglob; case '*(a|b[)' in *(a|b[)) echo yes;; esac; case - in [[.hyphen.]-9]) echo ok;; esac",
    "[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab =~ ^(a+)+$ ]]; echo $?; [[ xay =~ (a|ab)(y|by) ]]; echo ${BASH_REMATCH[*]}",
    "alias DO='{ ' DONE='}'; shopt -s expand_aliases\nDO\necho a; DONE\nset -o posix\necho \"${x-'}'}\"",
    "env 'BASH_FUNC_f%%=() { :; }; echo BAD' bash -c 'f; type f' 2>/dev/null; echo $?",
  ],
};

describe("Shell.main() does what bash does", () => {
  for (const [group, scripts] of Object.entries(CASES)) {
    for (const script of scripts) {
      test(`${group}: ${script.split("\n")[0]}`, () => {
        expect(inShell(script)).toEqual(inBash(script));
      });
    }
  }
});

describe("Shell", () => {
  const shell = () => new Shell(new NodeSystem({ forkCommand: [] }), { env: ["PATH=/usr/bin:/bin"] });

  test("run() keeps variables, functions and options for the next call", () => {
    const kept = shell();
    expect(kept.run("x=1; f() { return $((x + 4)); }; set -u")).toBe(0);
    expect(kept.run("x=2; f")).toBe(6);
    expect(kept.run("unset x; f")).not.toBe(0);
  });

  test("run() tells exit from the end of its text", () => {
    const one = shell();
    expect(one.run("exit 7")).toBe(7);
    expect(one.ended).toBe(true);
    expect(one.run("false")).toBe(1);
    expect(one.ended).toBe(false);
  });

  test("restore() of a snapshot() that went through structured clone goes on from there", () => {
    const first = shell();
    first.run("a=(1 2 3); declare -A m=([k]=v); f() { return 9; }; set -- p q");
    const second = shell();
    second.restore(structuredClone(first.snapshot()));
    expect(second.run('[ "${a[2]}${m[k]}$2" = 3vq ] && f')).toBe(9);
  });

  test("endless recursion ends with an error, not with a crash", () => {
    expect(shell().run("exec 2>/dev/null; f() { f; }; f")).toBe(1);
  });
});

describe("a script's file", () => {
  for (const script of ["echo a &&\\", "echo a\\", "echo a; \\", "echo a\\\\", "if true; then \\"])
    test(`ends as in bash: ${script}`, () => {
      expect(inShell(script, true)).toEqual(inBash(script, true));
    });
});
