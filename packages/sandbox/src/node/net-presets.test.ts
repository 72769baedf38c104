import { describe, expect, test } from "vitest";
import type { FetchHost } from "../net/host.ts";
import type { NetPolicy } from "../net/policy.ts";
import { Sandbox } from "./index.ts";

const INDEX = { files: [{ url: "tiny-1.0-py3-none-any.whl", hashes: {} }] };

/** Answers everything, so that what does not arrive was refused. */
const everything: FetchHost = {
  name: "test",
  async fetch({ target, body }) {
    for await (const _ of body ?? []);
    async function* answer() {
      const isIndex = target.path === "/simple/tiny/";
      yield new TextEncoder().encode(isIndex ? JSON.stringify(INDEX) : "ok");
    }
    const headers = [["Content-Type", "application/vnd.pypi.simple.v1+json"]] as const;
    return { status: 200, statusText: "OK", version: "1.1", headers, body: answer() };
  },
};

/** A script that prints `ok` or `-` for each request. */
type Program = (requests: readonly Request[]) => string;
type Request = readonly [url: string, post?: boolean];

const each = (line: (url: string, post: boolean) => string): Program => {
  return (requests) =>
    requests.map(([url, post = false]) => `out=$(${line(url, post)}); echo "\${out:--}"`).join("\n");
};

const PROGRAMS: Readonly<Record<string, Program>> = {
  curl: each((url, post) => `curl -s ${post ? "-d x" : ""} '${url}'`),
  wget: each((url, post) => `wget -q -t 1 -O - ${post ? "--post-data x" : ""} '${url}'`),
  Python: (requests) => `python3 - << 'END'
import json, urllib.request
for url, *post in json.loads('${JSON.stringify(requests)}'):
    try:
        print(urllib.request.urlopen(url, b"x" if post else None).read().decode())
    except OSError:
        print("-")
END`,
};

const REQUESTS: readonly Request[] = [
  ["https://registry.npmjs.org/left-pad"],
  ["https://registry.npmjs.org/left-pad", true],
  ["http://registry.npmjs.org/left-pad"],
  ["https://docs.python.org/3/"],
  ["https://www.example.org/"],
  ["https://www.example.org/", true],
  ["http://169.254.169.254/latest/"],
  ["http://10.0.0.1/"],
];

/** Which of {@link REQUESTS} arrive, and whether pip does. */
const PRESETS: [preset: NonNullable<NetPolicy["preset"]>, arrives: string, pip: string][] = [
  ["off", "- - - - - - - -", "-"],
  ["registries", "ok - - - - - - -", "ok"],
  ["docs", "- - - ok - - - -", "-"],
  ["ask", "- - - - ok ok - -", "-"],
  ["open", "ok ok ok ok ok ok - -", "ok"],
];

describe.each(PRESETS)("the preset %s", (preset, arrives, pip) => {
  const open = (ask: (url: string) => boolean) =>
    Sandbox.create({ net: { policy: { preset }, host: everything, ask: async ({ url }) => ask(url) } });

  test.each(Object.entries(PROGRAMS))(
    "by %s",
    async (_, program) => {
      const asked: string[] = [];
      const box = await open((url) => {
        asked.push(new URL(url).origin);
        return url.startsWith("https://www.example.org/");
      });
      const { stdout } = await box.exec(program(REQUESTS));
      const log = box.netLog();
      await box.close();
      expect(Buffer.from(stdout).toString().trim().replaceAll("\n", " ")).toBe(arrives);
      expect(asked).toEqual(preset === "ask" ? ASKED : []);
      // What was refused is in the log, with the rule.
      const refused = log.filter((event) => event.type === "net-request" && event.verdict === "deny");
      for (const event of refused)
        expect(event).toMatchObject({ rule: expect.any(String), reason: expect.any(String) });
    },
    120_000,
  );

  test("by pip", async () => {
    const box = await open(() => false);
    const { stdout } = await box.exec("pip index versions tiny 2>&1");
    await box.close();
    const text = Buffer.from(stdout).toString();
    expect(text).toMatch(pip === "ok" ? /^tiny \(1\.0\)/ : /request refused: /);
  }, 120_000);
});

/** Each origin once; addresses of private networks are no question. */
const ASKED = [
  "https://registry.npmjs.org",
  "http://registry.npmjs.org",
  "https://docs.python.org",
  "https://www.example.org",
];
