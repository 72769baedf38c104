import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createNodeSandbox } from "../open.ts";
import { open, RIGHT, RW, vector } from "../wasi/conformance/scenario.ts";
import { type Call, callsModule, fd, MEM, readAnswers } from "../wasi/testing/calls.ts";
import { wasmtimePath } from "../wasi/testing/run-bytes.ts";

const PATIENCE_MS = 180_000;
const CANARY = "CANARY-77aa";
const outside = mkdtempSync(join(tmpdir(), "shadowbox-attack-"));
const canary = join(outside, "canary");
writeFileSync(canary, CANARY);
afterAll(() => rmSync(outside, { recursive: true }));

/** The mailbox's folder, the second that a program has; its two files, open in these slots. */
const FOLDER = 4;
const REQUEST = 0;
const REPLY = 1;
/** Where a number, a reply and a subscription are put in memory. */
const NUMBER = 4096;
const ANSWER = 4112;
const SUBSCRIPTION = 4160;
/** How long a reply may take. */
const PAUSE_NS = 300_000_000;

type Part = number | string;

/** A request: numbers are u32, strings length and bytes. */
function request(op: number, parts: readonly Part[], version = 1): Buffer {
  const payload = parts.map((part) =>
    typeof part === "number" ? u32(part) : Buffer.concat([u32(part.length), Buffer.from(part)]),
  );
  const body = Buffer.concat(payload);
  return Buffer.concat([u32(body.length + 8), u32(version | (op << 16)), body]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

const claiming = (length: number, bytes: Buffer): Buffer => Buffer.concat([u32(length), bytes.subarray(4)]);

const waiting: Call[] = [
  ["fill", SUBSCRIPTION, 96, 0],
  ["poke", SUBSCRIPTION + 16, 1, 0, PAUSE_NS],
  ["poll_oneoff", SUBSCRIPTION, SUBSCRIPTION + 64, 1, MEM.out],
];

/** Writes a request and its number as a client does, and prints number, length, version and errno of what is in the reply then. */
function sending(number: number, bytes: Buffer): Call[] {
  const words = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, index) =>
    Buffer.concat([bytes, Buffer.alloc(3)]).readInt32LE(index * 4),
  );
  return [
    ["poke", MEM.buffer, ...words],
    vector(bytes.length),
    ["fd_pwrite", fd(REQUEST), MEM.vector, 1, 4n, MEM.out],
    ["poke", NUMBER, number],
    vector(4, NUMBER),
    ["fd_pwrite", fd(REQUEST), MEM.vector, 1, 0n, MEM.out],
    ...waiting,
    vector(24, ANSWER),
    ["fd_pread", fd(REPLY), MEM.vector, 1, 0n, MEM.out],
    ["peek", ANSWER, 24],
  ];
}

const opening: Call[] = [
  open("request", { from: FOLDER, slot: REQUEST, rights: RW }),
  open("reply", { from: FOLDER, slot: REPLY, rights: RIGHT.READ }),
];

const [NOENT, INVAL, NOSYS, NOTSUP, BADF, SRCH, CHILD, EXIST, ROFS] = [44, 28, 52, 58, 8, 71, 12, 20, 69];
const up = "../".repeat(12);

/** What a program may write that keeps to nothing, and the errno that it gets. */
const ATTACKS: readonly [why: string, bytes: Buffer, errno: number][] = [
  ["no length", claiming(0, request(1, [])), INVAL],
  ["shorter than its head", claiming(7, request(1, [])), INVAL],
  ["over the limit", claiming(1024 * 1024 + 1, request(1, [])), INVAL],
  ["as long as a number can say", claiming(0xffffffff, request(1, [])), INVAL],
  ["longer than what was written", claiming(100_000, request(1, [])), INVAL],
  ["another version", request(1, [], 2), NOTSUP],
  ["no such operation", request(99, []), NOSYS],
  ["the greatest operation", request(0xffff, []), NOSYS],
  ["a string over the end", request(2, [0xffffffff, 1]), INVAL],
  ["a list of two thousand millions", request(6, ["x", 0x7fffffff]), INVAL],
  ["more than belongs to it", request(10, [1, 2, 3]), INVAL],
  ["a path up and out", request(17, [`${up}${canary.slice(1)}`, 1, 0]), NOENT],
  ["a path of the host", request(17, [canary, 1, 0]), NOENT],
  ["a path out by way of the mailbox", request(17, [`/dev/shadowbox/${up}${canary.slice(1)}`, 1, 0]), NOENT],
  ["a link to the host, which is then", request(23, [canary, "/workspace/l"]), 0],
  ["followed", request(17, ["/workspace/l", 1, 0]), NOENT],
  ["and its target's mode changed", request(3, ["/workspace/l", 1, 0o777]), NOENT],
  ["a path with a NUL", request(2, ["/workspace\0/x", 1]), INVAL],
  ["a FIFO outside", request(14, [`${outside}/fifo`, 0o666]), NOENT],
  ["a name in a folder of the kernel's", request(14, ["/bin/ls", 0o666]), EXIST],
  ["a mode of a command", request(3, ["/bin/ls", 1, 0o777]), ROFS],
  ["a descriptor that nobody has", request(18, [77, 16]), BADF],
  ["a descriptor of the greatest number", request(20, [0xffffffff]), BADF],
  ["a program of the host", request(6, ["/sbin/init", 1, "init", 0, "", 0]), NOENT],
  ["a process that is not there", request(8, [4_000_000, 9]), SRCH],
  ["a child that nobody has", request(7, [0xffffffff, 1]), CHILD],
];

async function run(calls: readonly Call[]): Promise<(number | string)[]> {
  await using box = createNodeSandbox({ engine: "wasmtime", wasmtime: wasmtimePath() });
  box.fs.writeFile("/workspace/evil", callsModule(calls), 0o755);
  const { status } = await box.exec("./evil > answers; echo ok", { timeoutMs: PATIENCE_MS });
  expect([status, box.engine]).toEqual([0, "wasmtime"]);
  const alive = await box.exec("/bin/echo alive | /bin/cat", { timeoutMs: PATIENCE_MS });
  expect(Buffer.from(alive.stdout).toString()).toBe("alive\n");
  return readAnswers(calls, box.fs.readFile("/workspace/answers"));
}

it(
  `a mailbox answers ${ATTACKS.length} requests that keep to nothing by an errno each, and leads nowhere`,
  async () => {
    const calls = [...opening, ...ATTACKS.flatMap(([, bytes], index) => sending(index + 1, bytes))];
    const replies = (await run(calls)).filter((answer): answer is string => `${answer}`.length === 48);
    const got = replies.map((reply, index) => {
      const bytes = Buffer.from(reply, "hex");
      return [ATTACKS[index]?.[0], bytes.readUInt32LE(0), bytes.readUInt16LE(10)];
    });
    expect(got).toEqual(ATTACKS.map(([why, , errno], index) => [why, index + 1, errno]));
    expect(readdirSync(outside)).toEqual(["canary"]);
    expect(readFileSync(canary, "utf8")).toBe(CANARY);
  },
  PATIENCE_MS,
);

it(
  "a request that is written once more under its number is not carried out again",
  async () => {
    const pipe = request(9, []);
    const calls = [
      ...opening,
      ...sending(1, pipe),
      ...sending(1, pipe),
      ...sending(1, pipe),
      ...sending(2, pipe),
    ];
    const replies = (await run(calls)).filter((answer): answer is string => `${answer}`.length === 48);
    const ends = replies.map((reply) => Buffer.from(reply, "hex").readUInt32LE(12));
    expect(ends.map((end) => end - (ends[0] as number))).toEqual([0, 0, 0, 2]);
  },
  PATIENCE_MS,
);

it(
  "a mailbox of another sandbox is out of reach, even for one who knows its name",
  async () => {
    const before = new Set(mailboxes());
    await using victim = createNodeSandbox({ engine: "wasmtime", wasmtime: wasmtimePath() });
    const stop = new AbortController();
    const running = victim.exec("/bin/sleep 100", { signal: stop.signal });
    let theirs: string[] = [];
    for (let tries = 0; theirs.length === 0 && tries < 600; tries++) {
      await new Promise((done) => setTimeout(done, 100));
      theirs = mailboxes().filter((path) => !before.has(path));
    }
    expect(theirs.length).toBeGreaterThan(0);
    const guesses = theirs.flatMap((path) => {
      const [, folder, name] = /([^/]+)\/([^/]+)$/.exec(path) as RegExpExecArray;
      const ways = ["..", `../${name}`, `../../${folder}/${name}/request`, `${up}${path.slice(1)}/request`];
      return [...ways, `${path}/request`];
    });
    const calls = guesses.flatMap((guess) =>
      [3, FOLDER].map((from) => open(guess, { from, rights: RW, follow: 1 })),
    );
    const answers = await run(calls);
    // EPERM: it leads out; ENOENT: within the box there is nothing so named.
    for (const answer of answers) expect([44, 63]).toContain(answer);
    stop.abort();
    await running;
  },
  PATIENCE_MS,
);

/** Folders of mailboxes in the host's folder for such things. */
function mailboxes(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith("shadowbox-"))
    .flatMap((name) => {
      try {
        return readdirSync(join(tmpdir(), name)).map((inner) => join(tmpdir(), name, inner));
      } catch {
        return [];
      }
    })
    .filter((path) => /\/[0-9a-f-]{36}$/.test(path));
}
