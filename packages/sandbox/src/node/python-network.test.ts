import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sandbox } from "./index.ts";
import { type AttackServer, startAttackServer } from "./testing/attack-server.ts";

let server: AttackServer;
beforeAll(async () => {
  server = await startAttackServer();
});
afterAll(() => server.close());

/** urllib and http.client: answers, redirects, JSON up, time limits and CPython's own errors. */
const PROGRAM = `
import http.client, json, os, sys, time, urllib.error, urllib.request
base, closed = os.environ["BASE"], os.environ["CLOSED"]
def show(name, action):
    try:
        print(name, action())
    except Exception as error:
        reason = getattr(error, "reason", None)
        print(name, *(each.__name__ for each in type(error).__mro__), repr(reason), str(error).replace(base, "BASE"))
def get(path, **named):
    with urllib.request.urlopen(base + path, **named) as answer:
        return answer.status, answer.reason, answer.url.replace(base, "BASE"), answer.read()
show("get", lambda: get("/ok"))
show("redirect", lambda: get("/to-ok-with-cookie"))
show("loop", lambda: get("/loop"))
data = json.dumps({"a": [1, "ä"]}).encode()
post = urllib.request.Request(base + "/ok", data, {"Content-Type": "application/json"})
show("post", lambda: urllib.request.urlopen(post).read())
show("missing", lambda: get("/nowhere"))
show("cut", lambda: get("/short"))
show("closed", lambda: urllib.request.urlopen(closed))
show("scheme", lambda: urllib.request.urlopen("gopher://a.example/"))
began = time.monotonic()
show("late", lambda: get("/silent", timeout=0.5))
show("dripping", lambda: urllib.request.urlopen(base + "/stops", timeout=0.5).read())
print(0.9 < time.monotonic() - began < 15)
connection = http.client.HTTPConnection(base.removeprefix("http://"))
for method, path, body in (("GET", "/ok", None), ("POST", "/ok", "text"), ("HEAD", "/ok", None)):
    connection.request(method, path, body)
    answer = connection.getresponse()
    print(method, answer.status, answer.read())
`;

/** A port that nobody listens on: whoever had it is gone. */
async function closedPort(): Promise<number> {
  const other = await startAttackServer();
  other.close();
  return other.ports.http;
}

function nativePython(program: string, env: Record<string, string>): Promise<string> {
  const child = spawn("/usr/bin/python3", ["-c", program], { env: { ...env, LC_ALL: "C.UTF-8" } });
  let out = "";
  child.stdout.on("data", (bytes) => (out += bytes));
  return new Promise((resolve, reject) => child.on("error", reject).on("close", () => resolve(out)));
}

describe.each(["v8", "wasmtime"] as const)("Python's network on %s", (engine) => {
  it("answers as the machine's own python3", async () => {
    const host = (port: number) => `http://127.0.0.1:${port}`;
    const env = { BASE: host(server.ports.http), CLOSED: host(await closedPort()) };
    const box = await Sandbox.create({ engine, net: { policy: { preset: "open", allowLoopback: true } } });
    const { stdout } = await box.exec(`python3 - << 'END'\n${PROGRAM}\nEND`, { env });
    await box.close();
    const lines = Buffer.from(stdout).toString().split("\n");
    expect(lines).toEqual((await nativePython(PROGRAM, env)).split("\n"));
    expect(lines).toHaveLength(17);
  }, 120_000);

  it("is closed by default", async () => {
    const box = await Sandbox.create({ engine });
    const url = "https://www.example.org/";
    const python = `python3 -c 'import urllib.request as u; u.urlopen("${url}")' 2>&1 | tail -n 1`;
    const { stdout } = await box.exec(`${python}; curl -sS ${url} 2>&1; wget -O - ${url} 2>&1 | tail -n 1`);
    await box.close();
    const lines = Buffer.from(stdout).toString().trim().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain("the network is off");
  }, 120_000);
});
