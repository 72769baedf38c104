import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { CliBench } from "../testing/cli.ts";

vi.setConfig({ testTimeout: 120_000 });

const VALUE = "the-real/value";
/** What was asked for, and by which Host. */
const seen: { url: string; host: string; key: string }[] = [];
/** Sends on to another name of this machine, or says all it was told. */
const server = createServer((request, response) => {
  const { url = "", headers } = request;
  const key = String(headers["x-key"] ?? headers.authorization ?? "");
  seen.push({ url, host: String(headers.host).split(":")[0] as string, key });
  const to = `http://localhost:${(server.address() as AddressInfo).port}/end?${url.split("?")[1] ?? ""}`;
  if (url.startsWith("/away")) response.writeHead(302, { location: to }).end();
  else response.writeHead(200, { "x-echo": key }).end(JSON.stringify({ url, key }));
});

let bench: CliBench;
let base: string;
beforeAll(async () => {
  bench = new CliBench();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(join(bench.folder, "config/shadowbox"), { recursive: true });
  const secrets = {
    KEPT: { hosts: ["127.0.0.1"], inject: "bearer", variable: "OTHER" },
    UNSET: { hosts: ["api.example.org"] },
  };
  writeFileSync(join(bench.folder, "config/shadowbox/config.json"), JSON.stringify({ secrets }), {
    mode: 0o600,
  });
});
afterAll(() => {
  server.close();
  bench.remove();
});

const OPEN = ["--net", "open", "--allow-loopback"];
const env = { KEY: VALUE, OTHER: VALUE };

describe("--secret", () => {
  const query = encodeURIComponent(VALUE);
  test.each<[how: string, flags: string[], curl: string, url: string, key: string]>([
    ["a header", ["--secret", "KEY=127.0.0.1"], `-H "X-Key: $KEY"`, "", VALUE],
    [
      "a bearer token",
      ["--secret", "KEY=bearer:127.0.0.1"],
      `-H "Authorization: Bearer $KEY"`,
      "",
      `Bearer ${VALUE}`,
    ],
    ["the query", ["--secret", "KEY=query:a.example,127.0.0.1"], `-G -d "k=$KEY"`, `?k=${query}`, ""],
    ["what the config file says", [], `-H "Authorization: Bearer $KEPT"`, "", `Bearer ${VALUE}`],
  ])("puts the value into %s, for its host only", async (_, flags, curl, url, key) => {
    seen.length = 0;
    const script = `curl -sSL --location-trusted -i ${curl} ${base}/here ${base}/away; env`;
    const { stdout, stderr } = await bench.run(["exec", ...OPEN, ...flags, script], { env });
    const [here, away, end] = seen;
    expect([here, away].map((one) => one?.key)).toEqual([key, key]);
    expect([here?.url, away?.url]).toEqual([`/here${url}`, `/away${url}`]);
    expect(end?.host).toBe("localhost");
    const log = await bench.run(["net", "log", "--json"]);
    const har = await bench.run(["net", "log", "--har"]);
    for (const form of [VALUE, query, JSON.stringify(VALUE).replaceAll("/", "\\/").slice(1, -1)])
      for (const text of [JSON.stringify(end), stdout, stderr, log.stdout, har.stdout])
        expect(text).not.toContain(form);
  });

  test.each([
    ["KEY", /expected NAME=HOST or NAME=bearer:HOST, got "KEY"/],
    ["KEY=", /expected NAME=HOST/],
    ["NOT_SET=a.example", /variable NOT_SET is not set/],
    ["KEY=body:a.example", /expected a host, "\*\.host" or "\*", got "body:a\.example"/],
  ])("says what is wrong with %s", async (flag, message) => {
    const { status, stderr } = await bench.run(["exec", "--secret", flag, "true"], { env });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});

describe("--net PRESET", () => {
  test.each([
    ["off", "the network is off"],
    ["registries", "no rule of the policy (registries) allows GET"],
    ["docs", "no rule of the policy (docs) allows GET"],
    ["ask", "it needs a person's yes and nobody is there to ask"],
    ["open", ""],
  ])("%s, by curl, wget and Python", async (preset, reason) => {
    const python = `python3 -c 'import urllib.request as u; u.urlopen("${base}/")' 2>&1 | tail -1`;
    const script = `curl -sS ${base}/ 2>&1; wget -O - ${base}/ 2>&1; ${python}`;
    const { stdout } = await bench.run(["exec", "--net", preset, "--allow-loopback", script]);
    if (reason === "") expect(stdout.match(/"url":"\/"/g)).toHaveLength(2);
    else expect(stdout.split(reason)).toHaveLength(4);
  });
});

describe("shadowbox net log --har", () => {
  it("has headers, and the bodies of an archive of --net-record", async () => {
    const file = join(bench.folder, "kept.har");
    await bench.run(["exec", ...OPEN, "--net-record", file, `curl -s -H 'X-Mine: 1' -d up ${base}/kept`]);
    const { stdout } = await bench.run(["net", "log", "--har", "--recording", file]);
    const { entries } = JSON.parse(stdout).log;
    expect(entries.at(-1)).toMatchObject({
      request: {
        headers: expect.arrayContaining([{ name: "X-Mine", value: "1" }]),
        postData: { text: "up" },
      },
      response: { status: 200, content: { text: '{"url":"/kept","key":""}' } },
    });
    expect(JSON.parse(readFileSync(file, "utf8")).log.entries).toHaveLength(1);
  });
});

describe("shadowbox doctor", () => {
  const network = async (...flags: string[]) => {
    const { stdout } = await bench.run(["doctor", "--json", ...flags], { env });
    const names = ["network", "loopback", "secrets", "relay", "recording"];
    const { findings } = JSON.parse(stdout) as {
      findings: { name: string; ok: boolean; detail: string }[];
    };
    return findings
      .filter(({ name }) => names.includes(name))
      .map(({ name, ok, detail }) => `${ok ? "ok" : "--"} ${name}: ${detail}`);
  };

  it("shows that the network is off, and the names of the config file's secrets", async () => {
    expect(await network()).toEqual([
      "ok network: off (presets: off, registries, docs, ask, open): 0 rules to allow, 0 rules to deny, what no rule speaks of is refused",
      "ok loopback: closed",
      "ok secrets: KEPT (bearer) to 127.0.0.1",
      "ok relay: none",
      "ok recording: none",
      "-- secrets: UNSET: variable UNSET is not set",
    ]);
  });

  it("shows the switch for tests, rules, secrets and the archive that is asked for", async () => {
    const file = join(bench.folder, "doctor.har");
    const flags = [
      "--net",
      "ask",
      "--allow-loopback",
      "--allow-host",
      "a.example",
      "--deny-host",
      "*.b.example",
    ];
    const facts = await network(...flags, "--secret", "KEY=query:a.example", "--net-record", file);
    expect(facts.slice(0, 5)).toEqual([
      "ok network: ask and 2 rules (presets: off, registries, docs, ask, open): 1 rule to allow, 1 rule to deny, what no rule speaks of is asked about",
      "-- loopback: OPEN: programs reach servers of this machine; for tests",
      "ok secrets: KEPT (bearer) to 127.0.0.1; KEY (query) to a.example",
      "ok relay: none",
      `ok recording: requests are recorded into "${file}"`,
    ]);
    expect((await network("--net-replay", file))[4]).toBe(
      `ok recording: requests are answered from "${file}"`,
    );
  });
});
