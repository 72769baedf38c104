import { afterAll, describe, expect, test } from "vitest";
import { SideBySide } from "../node/testing/side-by-side.ts";

const sides = new SideBySide();
afterAll(() => sides.close());

/** What each group shows; every script runs in bash and here, and both must say the same. */
const CASES: Record<string, string[]> = {
  "jobs and select": [
    "set -m; sleep 0.1 & fg; echo $?; sleep 0.1 & bg; jobs %1; fg %9; bg %9; set +m; fg; bg; suspend; echo $?",
    "set -m; sleep 0.2 & jobs -x test %1 = $! && echo same; jobs -x false; echo $?; jobs -x",
    "sleep 5 & kill -HUP $!; wait $! 2> f; echo $?; sed 's/: *[0-9]* Hangup/: Hangup/' f",
    "COLUMNS=40; select x in aaaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeeeee ffffffff; do echo $x; break; done <<< 5",
    "set -m; sleep 9 & kill %1; wait; jobs; sleep 0 & sleep 0.2; sleep 0 & wait; jobs; echo end",
    "caller x; echo $?; f() { caller 0; caller x; }; f; echo $?",
  ],
  "variables that the shell makes": [
    "BASH_ALIASES[q]='echo aliased'; shopt -s expand_aliases; alias\nq x; BASH_CMDS[z]=/bin/echo; z hi; BASH_ALIASES['a b']=x",
    "pushd / > /dev/null; DIRSTACK[1]=/usr; dirs; DIRSTACK[9]=x; dirs",
    "echo ${BASH_ARGC[@]} - ${BASH_ARGV[@]}; shopt -s extdebug; f() { echo ${BASH_ARGC[@]} - ${BASH_ARGV[@]}; }; f a b",
    "declare -ax q=(1); declare -ai w=(2); declare -ax; declare -A m; m=([a]=1 b); declare -A n=([a]=1 'b c'); declare -A o=(k v [q]=w); declare -p o",
    "f() { local b=hi; declare -a b; declare -p b; local c=1; declare -a c+=(2); declare -p c; }; f",
    "unset a; a=(${!a[@],}); declare -p a; declare -i n=7; n+=?; echo $n",
  ],
  "what changed scripts showed": [
    "a[0]=1 echo hi; echo $? ${a[0]}; a[0]=1 b=2 eval 'echo $b'; f() { echo in; }; a[1/0]=$(echo no >&2) f; set -o posix; a[0]=1 echo no; echo no",
    "a=(1 2 3); unset 'a[1]b[2]'; echo $?; unset -v 'a[1]b[2]'; echo $?; read 'a[3]b[3]' <<< 1; printf -v 'a[3]b[4]' x; declare 'a[1]b[2]=3'; declare -p a",
    "x=old; read x y < /; echo $? $x; read -a z < /; echo $? ${#z[@]}",
    "for i $'in' 1; do :; done",
    "echo {},b}aa x{},b}aa {}a,b} {{},b} a{},{b,c} {x,y}{},b}; x=$(cat <<E\n(a)\nE)\necho $x $(cat <<E\nx\nE ); [ \\( a = b c ]; echo $?",
    'foo () $"x"',
    "case x \"$(x)\"'y'$'a b'",
    'case $foo "in\n a) ;;\nesac',
    "[ a = x --a \\( b = x \\) ]; echo $?; test a = b c d e; echo $?",
  ],
  "POSIX mode and what ends it": [
    "set -o posix; readonly v=1; command eval 'v=2\necho in'; echo after $?; for i in 1 2; do command eval 'v=2; echo no'; echo $i $?; done; eval v=2; echo no",
    "set -o posix; (echo $((1/0)); echo in); echo $?; (echo ${x?no}; echo in); echo $?; declare -i i; x=abc; echo ${x:1/0}\necho after; cat <<< $((1/0))\necho $((08))\necho no",
  ],
  "set -a": [
    "v=1; set -a; declare v w x=2; declare -p v w x; declare -i n; declare -l low; declare -a a=(1); declare -A m; declare -n r=foo; declare +x y; readonly ro; declare -p n low a m r y ro",
    "set -a; f() { local w u=1; declare -g gg; local -n nr=w; declare -p w u gg nr; }; f; declare -p gg; set +a; declare z; declare -p z",
  ],
  expansions: [
    'a=(1 2 3); echo "<${a[@]:3:-1}>" "<${a[@]:4:#}>"; set -- a b; echo "<${@:4:#}>"\necho ${#a[-9]}\necho ${a[-9]}',
    "declare -A m=([k]=1 [j]=2 [i]=3); echo ${m[@]:1} - ${m[@]:2:1} - ${m[@]: -1}",
    "set -- p q; b=; echo ${*^^$b} ${1^+(p)} \"${@@k}\"; a=(x 'y z'); printf '<%s>' \"${a[@]@A}\"",
    'n() { echo $#; }; e=; n "$e$@"; n "${e:-}$@"; n "$*$@"; n "${q:=}$@"; n "${e:=$e}${m[@]}"',
    "IFS=' x'; a=('a:b' x '' 'p q'); printf '<%s>' ${a[*]} ${a[@]}; IFS=:; printf '<%s>' ${a[*]}",
    'x=(1); IFS=:; echo "${!x[@]%a}"; echo ${#^x}\necho ${*:1:1+}\ncat <<E\n${#,,} text\nE',
    'a=([a b] c); declare -p a; echo "${x:-<(a)}"',
    "printf '%b|' \"\\\\'\" '\\?' '\\xg'; printf '\\?|\\xg|'; printf '%f %d %d\\n' 08 0xg 1x",
    'cat <<< "${x:=1}$((y++))"; echo "${x-unset} ${y-unset}"; c=77; echo >&$c; c=\'a b\'; echo 2>&$c; mapfile -d é a <<< aéb; echo ${#a[@]}',
  ],
  "lines, traces and printed commands": [
    "echo a \\\n $(nosuch1) \\\n $(\n  nosuch2\n)\nx=$(\n nosuch3\n nosuch4\n)\nfor i in \\\n $(nosuch5); do :; done\ncase $(nosuch6) in a) ;; esac",
    'f() { echo $(ls   -l;pwd) "$( if true;then echo   x; fi )" <(cat   f) ${x:-$(  a;b  )}; }; declare -f f',
    "set -x; e=; [[ $e != $e ]]; [[ x == 'a b'* ]]; case \"x y\" in a) ;; esac; a=( $(echo   1) ); trap 'echo err' ERR; false; eval 'echo ev'",
    "set -e; eval 'if'; echo no",
    "n=5-n; echo $((n)); n='*'; echo $((n <<= *)); echo $((1 ? 2 : *))",
    "set -u; echo ${#m[@]}\necho next; echo ${!a[@]^}",
    "f() { cat <<A && cat <<B; a; b\nx\nA\ny\nB\nif cat <<A; then b; fi; cat <<A | c <<B | d; a & b\nx\nA\nx\nA\ny\nB\ncoproc cat; }; declare -f f",
    "set -x; declare -A m=([$HOME]=1 [\"a b\"]+='x y'); f() { local q=(1 *) r=2; }; f; export e='x y' g; readonly -a h=(1)",
    "[[ a &&\n$((1/0)) ]]\n((\n1/0 ))\n$'a\\nb'; trap 'if' EXIT",
  ],
  "arguments of declarations": [
    "f() { local a={1,2} b=$(echo 1 x){a,b} c='{1,2}'; echo $a $b $c; }; f; declare x={a..c}; echo $x",
    'echo * $(echo > a; echo b) *; export y=* z=$(echo > c); echo "$y" *; shopt -s failglob; echo *.x $(echo > d)\necho *',
    "f() { local -n v=$1; v=new; v+=er; echo $v; }; v=old; f v 2>/dev/null; echo $v; g() { local -n a=a; a=(1 2); a[3]=x; }; g 2>/dev/null; declare -p a",
    "a=(x y)z; declare -p a; b=(1 (2); echo no\necho next $?; declare -i n=1/0; echo no",
  ],
  "what arithmetic reads and when": [
    "a=1/0; echo $((a @))\necho $((a b@))\necho $((a b=08))\necho $((a[1/0] @))\necho $((declare -- a=1))\necho $((1 ? a b : 010))",
    "for i in $(seq 1024); do eval v$i=v$((i + 1)); done; v1025=7; echo $((v3))\necho $((v2))\na=b+0 b=a*1; echo $((a))",
    "a='\n3 4'; echo $((a)); unset 'b[1/0]'; echo no\ntest -v 'b[1/0]'; echo no",
    'x= a=(); echo "${x%$(echo 1 >&2)}${u/$(echo 2 >&2)}${a[@]%$(echo 3 >&2)}${x/$(echo 4 >&2)}"; f=; echo "${f:-$u"ab"}"',
  ],
  "options and ends": [
    "set -the_x; echo $? $-; set +e -o nounset; echo $-; dirs x; hash -l; (shopt -s execfail; exec nosuch; echo no); readonly +x",
    "read a 'b c' d <<< '1 2 3'; echo $? $a $d; read a b <<< 'x y \\  '; echo \"[$b]\"; OPTERR=x; getopts a o -q; echo $o",
    'IFS=; declare -A m=([k]=v); printf \'<%s>\' ${m[@]@A} "${m[*]@A}" "${@@A}"; declare -r u; (: ${u:=1}); echo $?',
    "(exit 3)\necho ${x",
    "(exit 3)\n[[ a &&",
    "echo a; b=('x",
    "echo ${u@Z} ${@@@}; x=1; (echo ${x@Z}); echo $?; echo ${x@}\necho no",
    "foo[ a b ] c; v[ 1 ]=2; declare -p v; POSIXLY_CORRECT=1; shopt -o posix; unset POSIXLY_CORRECT; shopt -o posix; unset PATH; ls",
    "f() { v=t eval 'local v=l; echo $v; unset v; echo ${v-u}'; echo $v; }; v=g; f; trap 'trap; echo e' EXIT; OPTIND=1+1; echo $OPTIND",
    "set -o posix; trap 'x' INT; trap; readonly r; break; r=1; echo no",
    "(eval 'echo $(||)'; echo no); echo $?; echo $(a | })",
  ],
};

describe("builtins and expansions do what bash does", () => {
  for (const [group, scripts] of Object.entries(CASES)) {
    for (const script of scripts)
      test(`${group}: ${script.split("\n")[0]}`, () => {
        expect(sides.inShell(script)).toEqual(sides.inBash(script));
      });
  }
});

describe("the parser takes what bash takes", () => {
  const TEXTS = [
    "echo > 2>f",
    "echo >& 2>f",
    "$((case x in a) b;; esac))",
    "echo $((a) b)",
    "<((if))",
    "${x/<(if)/y}",
    '"${x:-<({ a; })}"',
    "a=([[ x && y ]])",
    "a=([x)",
  ];
  for (const text of TEXTS)
    test(text, () => {
      const script = `f() { :\n${text}\n}\n`;
      const accepted = (output: string) =>
        !output.includes("syntax error") && !output.includes("unexpected EOF");
      expect(accepted(sides.inShell(script).output)).toBe(accepted(sides.inBash(script).output));
    });
});
