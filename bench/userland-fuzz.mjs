// The parsers of our own commands, run in a sandbox on changed input: `node bench/userland-fuzz.mjs [--minutes 30] [--seed S] [--only RE]
// [--keep DIR]`. A case fails when its command panics or traps, when it does not end within ten seconds nor, tried again, a minute, and when an archive or a patch leaves
// anything outside of the folder that it is for. What failed is kept in --keep; the status is 1 then.
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Sandbox } from "../packages/sandbox/dist/index.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    keep: { type: "string", default: join(tmpdir(), "shadowbox-fuzz") },
    registry: { type: "string" },
  },
});

const LIMIT_MS = 10_000;
/** Cases of one sandbox. */
const SLICE = 400;

/** Made in the sandbox: what the archives' readers start from. */
const MAKE = `mkdir -p /tmp/make && cd /tmp/make && mkdir -p d/e && echo one > d/a && seq 300 > d/e/b && ln -s ../a d/e/l && ln d/a d/h && touch -d 2001-02-03 d/a
tar -cf tar.ustar --format=ustar d; tar -cf tar.pax --format=pax d; tar -cf tar.gnu --format=gnu d
long=$(printf 'x%.0s' $(seq 150)); mkdir -p d/$long && echo l > d/$long/$long; tar -cf tar.long d; tar -czf tar.gz d; rm -r d/x*
zip -q -r -y zip.links d; zip -q -0 -r zip.stored d; zip -q zip.one d/a
for c in gzip bzip2 xz zstd lzma; do $c -k -c d/e/b > stream.$c; done`;

const PATCH = `--- a/d/a\n+++ b/d/a\n@@ -1 +1,2 @@\n-one\n+two\n+three\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+made\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n`;
const GIT_PATCH = `diff --git a/d/a b/d/c\nsimilarity index 50%\nrename from d/a\nrename to d/c\nindex 1..2 100644\n--- a/d/a\n+++ b/d/c\n@@ -1 +1 @@\n-one\n+uno\n`;
const OTHER_PATCHES = [
  "*** d/a\t2001-01-01\n--- d/a\t2001-01-02\n***************\n*** 1 ****\n! one\n--- 1,2 ----\n! two\n! three\n",
  "1c\ntwo\n.\n",
  "1c1,2\n< one\n---\n> two\n> three\n",
];
const AWK = [
  'function f(a, b) { return a * b + f(a - 1) }\n{ x[$1, NR] += $2; print $NF, substr($0, 2) > "/dev/stderr" }',
  '/a[^b]+$/, $2 ~ "x" { if (!($1 in y)) delete y[$1]; else next; printf "%-5s|%05.2f\\n", $1, $2 }',
  'BEGINFILE { getline l < "f"; "date" | getline; while (i++ < 3) { switch (i) { case 1: break; default: continue } } }',
  'NR == 1 ? a = 2 ^ -3 % 4 : b = "x" "y" $1 { gsub(/\\/[/]/, "\\\\&"); x = gensub("a", "b", "g"); print length, -1 " " -1; @f(1) }',
];
const SED = [
  "s/a\\(b*\\)[^]x]/\\1\\n&/gp;ta;:a\n1~2{N;P;D}\n$!{h;G;x}\n/x/I,+3y/abc/xyz/",
  "0,/re/{s,a\\,b,\\U&\\E,3w /dev/null\n}\n2,~4c\\\n  text\\\nmore\n5a hello\n1i\\\n\\ x\nq5",
  "s/[[:alpha:]]\\{2,3\\}\\|^$/x/Me\nl 5;=;R f\n\\,x,!b end\nz;F;v 4.2\n:end\n#n comment\n}",
];
const DATES = [
  "2024-02-29T12:34:56.789+05:30\nnext tuesday 3 weeks ago 10pm",
  "@1700000000.5\nyesterday noon -2 months\n12/31/99 23:59:60 EST",
  'TZ="Europe/Paris" 20240101 0930\nlast day\n1 fortnight ago 5 minutes\nsat 9:30am utc+2',
];
const REGEX = [
  "(a|b)*c{2,3}[^x-z[:digit:]]+\\<w\\>$",
  "^(.)(.)\\2\\1|x?y+\\b",
  "[]a-]\\.\\{1,3\\}()*$^*",
  "((((a{1,9}){1,9}){1,9})|)+",
];

const encode = (text) => new TextEncoder().encode(text);
const texts = (...all) => all.flat().map(encode);
const EXTRACT = "rm -rf out; mkdir -p out/d; echo one > out/d/a; echo gone > out/gone; ";
/** name, script over the file `in`, seeds; `made`: those of MAKE with this name; `walls`: nothing outside of `out` may change. */
const TARGETS = [
  { name: "awk", script: "awk -f in < /dev/null", seeds: texts(AWK), before: encode("BEGIN { exit }\n") },
  { name: "sed", script: "sed -n -f in < /dev/null", seeds: texts(SED) },
  { name: "sed -E", script: "sed -nE -f in < /dev/null", seeds: texts(SED) },
  { name: "date", script: "date -f in", seeds: texts(DATES) },
  { name: "grep", script: "grep -E -f in text; grep -f in text", seeds: texts(REGEX) },
  {
    name: "patch",
    script: `${EXTRACT}patch -f -d out < in`,
    seeds: texts(PATCH, OTHER_PATCHES),
    walls: true,
  },
  {
    name: "patch -p1",
    script: `${EXTRACT}patch -p1 -f -d out < in`,
    seeds: texts(PATCH, GIT_PATCH),
    walls: true,
  },
  { name: "tar", script: `${EXTRACT}tar -xf in -C out; tar -tvf in > /dev/null`, made: "tar", walls: true },
  {
    name: "unzip",
    script: `${EXTRACT}unzip -o -q -d out in; unzip -l in > /dev/null`,
    made: "zip",
    walls: true,
  },
  ...["gzip", "bzip2", "xz", "zstd", "lzma"].map((name) => ({
    name,
    script: `${name} -dc < in > /dev/null`,
    made: `stream.${name}`,
  })),
].filter(({ name }) => new RegExp(values.only).test(name));

const WORDS = texts(
  ..."99999999999999999999 -1 0 4294967296 ../ ../../x /tmp/f/wall /etc/x \0 \n \r\n \\ [ ] ( ) { } {1,99999} * + ? | ^ $ / // @@ --- +++ é \u{1f600} %s".split(
    " ",
  ),
);

let state = Number(values.seed) >>> 0 || 1;
/** A number below `n`: xorshift. */
function random(n) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  state >>>= 0;
  return state % n;
}

/** Some changes of a seed: bytes, pieces that go, come twice, are exchanged, or come from elsewhere. */
function changed(seeds) {
  let bytes = [...seeds[random(seeds.length)]];
  for (let round = 1 + random(4); round > 0; round--) {
    const at = random(bytes.length + 1);
    const count = random(1 + Math.min(random(2) ? 8 : 600, bytes.length - at));
    const piece = bytes.slice(at, at + count);
    const kind = random(8);
    if (kind <= 1 && at < bytes.length) bytes[at] = kind ? random(256) : bytes[at] ^ (1 << random(8));
    else if (kind === 2) bytes.splice(at, count);
    else if (kind === 3) bytes.splice(random(bytes.length + 1), 0, ...piece);
    else if (kind === 4) bytes.splice(at, random(4), ...WORDS[random(WORDS.length)]);
    else if (kind === 5) {
      const other = seeds[random(seeds.length)];
      bytes = [...bytes.slice(0, at), ...other.slice(random(other.length + 1))];
    } else if (kind === 6) bytes.splice(at, count, ...piece.reverse());
    else bytes.splice(at, 0, ...Array(random(random(3) ? 20 : 3000)).fill(bytes[at] ?? 40));
  }
  return Uint8Array.from(bytes);
}

const decode = (bytes) => new TextDecoder().decode(bytes);
const failed = [];
const counts = new Map();
let slowest = 0;
let grown = new Map();

async function open() {
  const box = await Sandbox.create({ registry: values.registry });
  const made = await box.exec(
    `${MAKE}; mkdir -p /tmp/f; cd /tmp/f; seq 50 > text; mkdir wall; echo kept > wall/x; ls /tmp/make`,
  );
  grown = new Map();
  for (const name of decode(made.stdout).split("\n"))
    if (/^(tar|zip|stream)\./.test(name)) grown.set(name, box.fs.readFile(`/tmp/make/${name}`));
  return box;
}

/** All that an archive or a patch may not touch, as one text. */
const WALLS = "cd /tmp/f; ls -lAR --time-style=full-iso wall text; ls -A . .. / /workspace; cat wall/x";

async function one(box, target) {
  const seeds =
    target.seeds ?? [...grown].filter(([name]) => name.startsWith(target.made)).map(([, bytes]) => bytes);
  const input = changed(seeds);
  const whole = target.before ? Uint8Array.from([...target.before, ...input]) : input;
  box.fs.writeFile("/tmp/f/in", whole);
  // What a script of sed or awk wrote before is not the archive's doing.
  const walls = target.walls ? await wall(box) : "";
  const started = performance.now();
  const script = `cd /tmp/f; ${target.script}`;
  let run = await box.exec(script, { timeoutMs: LIMIT_MS });
  // The machine may have had other work.
  if (run.timedOut) run = await box.exec(script, { timeoutMs: 6 * LIMIT_MS });
  slowest = Math.max(slowest, performance.now() - started);
  const said = decode(run.stderr);
  const wrong = run.timedOut
    ? "does not end"
    : /panicked at|trap: |stack overflow|\(memory: /.test(said)
      ? said.match(/.*(panicked at|trap: |stack overflow|\(memory: ).*/)[0]
      : target.walls && (await wall(box)) !== walls
        ? "left the folder"
        : undefined;
  counts.set(target.name, (counts.get(target.name) ?? 0) + 1);
  if (wrong === undefined) return false;
  mkdirSync(values.keep, { recursive: true });
  const file = join(values.keep, `${target.name.replaceAll(" ", "")}-${failed.length}`);
  writeFileSync(file, whole);
  failed.push(`${target.name}: ${wrong} (${file})`);
  console.log(failed.at(-1));
  return true;
}

async function wall(box) {
  return decode((await box.exec(WALLS)).stdout);
}

const end = performance.now() + Number(values.minutes) * 60_000;
while (performance.now() < end) {
  const box = await open();
  box.fs.writeFile("/tmp/f/in", "");
  await box.exec(`cd /tmp/f; ${EXTRACT}`);
  for (let i = 0; i < SLICE && performance.now() < end; i++)
    if (await one(box, TARGETS[i % TARGETS.length])) break;
  await box.close();
}
const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
console.log([...counts].map(([name, count]) => `${name} ${count}`).join(", "));
console.log(`${total} cases, ${failed.length} failed; the slowest took ${slowest.toFixed(0)} ms`);
process.exitCode = failed.length > 0 ? 1 : 0;
