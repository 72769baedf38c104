import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Sandbox } from "./index.ts";
import { type AttackServer, startAttackServer } from "./testing/attack-server.ts";

/** Cases that end by time have little of it, the others what a busy machine needs. */
const limitsOf = (isSlow: boolean) => ({
  ...(isSlow && { idleMs: 1500, timeMs: 5000 }),
  responseBytes: 1 << 20,
});
const secrets = { KEY: { hosts: ["127.0.0.1"], inject: "header", value: "the-real-value" } } as const;

let server: AttackServer;
beforeAll(async () => {
  server = await startAttackServer();
});
afterAll(() => server.close());

/** Only two ports of this machine are allowed. */
function openBox(engine: "v8" | "wasmtime", isSlow = false): Promise<Sandbox> {
  const allow = (["http", "raw"] as const).map((name) => {
    return { host: "127.0.0.1", scheme: "http", port: server.ports[name], methods: "*" } as const;
  });
  return Sandbox.create({
    engine,
    net: { policy: { allow, allowLoopback: true, limits: limitsOf(isSlow) }, secrets },
  });
}

/** Paths, and how curl and wget end: as for a server that does such things, 7 and 4 for what the policy refuses. */
const CASES: [path: string, curl: number, wget: number, port?: "raw"][] = [
  ["/ok", 0, 0],
  ["/to-metadata", 7, 4],
  ["/to-canary", 7, 4],
  ["/to-canary-name", 7, 4],
  ["/to-canary-any", 7, 4],
  ["/to-canary-short", 7, 4],
  ["/to-canary-number", 7, 4],
  ["/to-canary-octal", 7, 4],
  ["/to-canary-6", 7, 4],
  ["/to-canary-mapped", 7, 4],
  ["/to-canary-user", 7, 4],
  ["/to-split", 22, 8],
  ["/loop", 47, 8],
  ["/to-ok-with-cookie", 0, 0],
  ["/bomb", 63, 1],
  ["/padding", 28, 4],
  ["/broken-gzip", 61, 1],
  ["/endless", 63, 1],
  ["/slow", 28, 4],
  ["/silent", 28, 4],
  ["/short", 18, 4],
  ["/large-head", 63, 1],
  ["/trailers", 0, 0],
  ["/no-http", 1, 8, "raw"],
  ["/two-lengths", 1, 8, "raw"],
  ["/nul", 1, 8, "raw"],
  ["/upgrade", 1, 8, "raw"],
  ["/endless-head", 63, 1, "raw"],
  ["/endless-informational", 28, 4, "raw"],
  ["/endless-chunks", 63, 1, "raw"],
  ["/slow-chunks", 28, 4, "raw"],
];

function lineOf([path, , , port]: (typeof CASES)[number]): string {
  const url = `http://127.0.0.1:${server.ports[port ?? "http"]}${path}`;
  const curl = `curl -sfL --compressed -H "X-Key: $KEY" -H "Cookie: mine=1" '${url}' > /dev/null 2>> errors`;
  const wget = `wget -q -t 1 --compression=auto --header "X-Key: $KEY" -O /dev/null '${url}' 2>> errors`;
  return `(${curl}; c=$?; ${wget}; echo "${path} $c $?")`;
}

/** Runs a script; what it says, line by line, once nothing has leaked and every request has an end in the log. */
async function run(engine: "v8" | "wasmtime", script: string, isSlow = false): Promise<string[]> {
  const box = await openBox(engine, isSlow);
  try {
    const { stdout } = await box.exec(script);
    const errors = await box.exec("cat errors 2> /dev/null");
    const log = box.netLog();
    expect(Buffer.from(errors.stdout).toString() + JSON.stringify(log)).not.toContain("the-real-value");
    const ended = new Set(log.flatMap((event) => (event.type === "net-response" ? [event.id] : [])));
    const open = log.filter(
      (one) => one.type === "net-request" && one.verdict === "allow" && !ended.has(one.id),
    );
    expect(open).toEqual([]);
    expect(server.leaks).toEqual([]);
    return Buffer.from(stdout).toString().trim().split("\n").sort();
  } finally {
    await box.close();
  }
}

const expected = (cases: typeof CASES) => cases.map(([path, curl, wget]) => `${path} ${curl} ${wget}`).sort();

describe.each(["v8", "wasmtime"] as const)("on %s", (engine) => {
  const [slow, quick] = [CASES.filter(([, curl]) => curl === 28), CASES.filter(([, curl]) => curl !== 28)];

  test("curl and wget say what went wrong, and reach nothing else", async () => {
    expect(await run(engine, quick.map(lineOf).join("\n"))).toEqual(expected(quick));
    for (const { headers } of server.seen.filter(({ url }) => url === "/ok")) {
      expect(headers["x-key"]).toBe("the-real-value");
      expect(headers.cookie ?? "mine=1").toBe("mine=1");
    }
  }, 300_000);

  test("curl and wget give up what takes too long", async () => {
    const script = slow.map((one) => `${lineOf(one)} &`).join("\n");
    expect(await run(engine, `${script}\nwait`, true)).toEqual(expected(slow));
  }, 300_000);
});

const PYTHON = `
import sys, urllib.request
base, raw, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
for path in paths:
    try:
        with urllib.request.urlopen((raw if path.startswith("!") else base) + path.lstrip("!"), timeout=2) as answer:
            size = 0
            while chunk := answer.read(65536): size += len(chunk)
            print(path, answer.status, size)
    except Exception as error: print(path, "ends")
`;

const PYTHON_ENDS = `
/ok 200 2
/to-metadata ends
/to-canary ends
/to-canary-number ends
/to-canary-6 ends
/to-file ends
/loop ends
/slow ends
/silent ends
/short 200 5
/endless ends
/trailers 200 4
!/no-http ends
!/nul ends
!/endless-head ends
!/endless-informational ends
`;

test("Python's requests end by their limits, and reach nothing else", async () => {
  const lines = PYTHON_ENDS.trim().split("\n");
  const paths = lines.map((line) => `'${line.split(" ")[0]}'`).join(" ");
  const bases = [server.ports.http, server.ports.raw].map((port) => `http://127.0.0.1:${port}`).join(" ");
  const script = `python3 - ${bases} ${paths} << 'END'\n${PYTHON}\nEND`;
  expect(await run("v8", script, true)).toEqual(lines.sort());
}, 300_000);
