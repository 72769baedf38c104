import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(() => server.close());

/** Only these ports of this machine are allowed, each by one scheme. */
const OPEN = { http: ["http", "raw"], https: ["tls", "expired", "mute", "http"] } as const;

function openBox(engine: "v8" | "wasmtime", isSlow = false): Promise<Sandbox> {
  const allow = (["http", "https"] as const).flatMap((scheme) =>
    OPEN[scheme].map((name) => {
      return { host: "127.0.0.1", scheme, port: server.ports[name], methods: "*" } as const;
    }),
  );
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

const PYTHON = `
import os, sys, urllib.request
base, raw, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
for path in paths:
    try:
        url = (raw if path.startswith("!") else base) + path.lstrip("!")
        request = urllib.request.Request(url, headers={"X-Key": os.environ["KEY"]})
        with urllib.request.urlopen(request, timeout=2) as answer:
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

/** Each tries to put more into a request than it may: `$1` is where, `$2` what. */
const SMUGGLERS = {
  curl: `case $1 in header) curl -s -H "$2" "$U";; method) curl -s -X "$2" "$U";; url) curl -s --path-as-is "$U$2";; esac`,
  wget: `case $1 in header) wget -q -t 1 -O - --header "$2" "$U";; method) wget -q -t 1 -O - --method "$2" "$U";; url) wget -q -t 1 -O - "$U$2";; esac`,
  "shadowbox-fetch": `case $1 in header) shadowbox-fetch -H "$2" "$U";; method) shadowbox-fetch -X "$2" "$U";; url) shadowbox-fetch "$U$2";; esac`,
  python3: `python3 - "$1" "$2" "$U" << 'END'
import sys, urllib.request
where, what, url = sys.argv[1:]
name, _, value = what.partition(":")
headers = {name: value.lstrip()} if where == "header" else {}
urllib.request.urlopen(urllib.request.Request(url + (what if where == "url" else ""), headers=headers, method=what if where == "method" else "GET"))
END`,
};
const SMUGGLED: [where: "header" | "method" | "url", what: string][] = [
  ["header", "X: a\\r\\nX-Smuggled: b"],
  ["header", "X: a\\nX-Smuggled: b"],
  ["header", "X\\r\\nX-Smuggled: b"],
  ["header", "Transfer-Encoding: chunked"],
  ["header", "Connection: upgrade"],
  ["header", "TE: trailers"],
  ["method", "GET /smuggled HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET"],
  ["method", "CONNECT"],
  ["url", "\\r\\nX-Smuggled: b"],
  ["url", " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nGET /smuggled"],
];

/** Ports, and how curl, wget, shadowbox-fetch and Python end. */
const TLS: [port: keyof AttackServer["ports"], curl: number, wget: number, fetch: number, python: number][] =
  [
    ["tls", 60, 5, 1, 1],
    ["expired", 60, 5, 1, 1],
    ["http", 35, 5, 1, 1],
    ["mute", 28, 4, 1, 1],
  ];

/** Requests of urllib that go: the good one, and two that it takes the wrong header from. */
const PYTHON_KEEPS = 3;

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

  test("Python's requests end by their limits, and reach nothing else", async () => {
    const lines = PYTHON_ENDS.trim().split("\n");
    const paths = lines.map((line) => `'${line.split(" ")[0]}'`).join(" ");
    const bases = [server.ports.http, server.ports.raw].map((port) => `http://127.0.0.1:${port}`).join(" ");
    const script = `python3 - ${bases} ${paths} << 'END'\n${PYTHON}\nEND`;
    expect(await run(engine, script, true)).toEqual(lines.sort());
  }, 300_000);

  test("TLS that is broken, or by nobody who is known, ends with a status that says so", async () => {
    const lines = TLS.map(([port]) => {
      const url = `https://127.0.0.1:${server.ports[port]}/ok`;
      const python = `python3 -c 'import urllib.request as u; u.urlopen("${url}")'`;
      const others = `wget -q -t 1 -O - ${url} 2>> errors; w=$?; shadowbox-fetch ${url} 2>> errors; f=$?; ${python} 2>> errors`;
      return `(curl -s ${url} 2>> errors; c=$?; ${others}; echo "${port} $c $w $f $?")`;
    });
    const ends = TLS.map((statuses) => statuses.join(" ")).sort();
    expect(await run(engine, `${lines.join("&\n")}& wait`, true)).toEqual(ends);
  }, 120_000);

  test.each(Object.entries(SMUGGLERS))(
    "nothing is smuggled by %s",
    async (name, program) => {
      const all = [["header", "X-Good: 1"], ...SMUGGLED];
      const lines = all.map(([where, what]) => `attempt ${where} $'${what}' > /dev/null 2>> errors; echo $?`);
      const url = `U=http://127.0.0.1:${server.ports.http}/ok`;
      const ends = await run(engine, `${url}\nattempt() {\n${program}\n}\n${lines.join("\n")}`);
      // urllib writes Connection itself, and leaves out what a program says of it.
      const good = name === "python3" ? PYTHON_KEEPS : 1;
      expect(ends).toHaveLength(all.length);
      expect(ends.filter((status) => status === "0")).toHaveLength(good);
      expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(good).fill("GET /ok"));
      for (const { headers } of server.seen)
        for (const [name, value] of Object.entries(headers))
          expect(`${name}: ${value}`).not.toMatch(/smuggled|^te:|transfer-encoding|upgrade|chunked/);
    },
    120_000,
  );
});

test("Python puts no NUL into a header", async () => {
  const url = `http://127.0.0.1:${server.ports.http}/ok`;
  const script = `python3 -c 'import urllib.request as u; u.urlopen(u.Request("${url}", headers={"X": "a\\0b"}))' 2>&1 | tail -n 1`;
  expect(await run("v8", script)).toEqual([
    expect.stringContaining("expected a value without control characters"),
  ]);
  expect(server.seen).toEqual([]);
}, 60_000);

test.each(["v8", "wasmtime"] as const)(
  "curl and wget show how far they are, on %s",
  async (engine) => {
    const box = await openBox(engine);
    const url = `http://127.0.0.1:${server.ports.http}/ok`;
    const script = `curl -o out ${url}; curl -# -o out ${url}; curl -s -o out ${url}; wget -O out ${url}; wget -q -O out ${url}`;
    const terminals = engine === "v8" ? [false, true] : [false];
    for (const terminal of terminals) {
      const { stderr } = await box.exec(script, { terminal: [false, terminal] });
      const told = Buffer.from(stderr).toString();
      // On a busy machine a meter is drawn more than once.
      expect(told).toMatch(
        /^ {2}% Total .*\n.*Speed\n\r {2}0 [^\n]*\r100 {5}2 {2}100 {5}2 .*\n[^\n]*\r#+ 100\.0%\n--/,
      );
      expect(told).toMatch(
        terminal ? /\n\n\rout [^\n]*\rout +100%\[=+>\] +2 / : /\n\n {5}0K {55}100% .*s\n\n/,
      );
      expect(told).toMatch(/‘out’ saved \[2\/2\]\n\n$/);
    }
    await box.close();
  },
  60_000,
);
