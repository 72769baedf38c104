import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchangesOf, toHar } from "../net/har.ts";
import { RecordedRequests } from "../net/record.ts";
import { NetRecording } from "../net/recording.ts";
import { standIns } from "../net/secrets.ts";
import { type NetEvent, NetSession, type Requests } from "../net/session.ts";
import { nodeFetchHost } from "./fetch-host.ts";
import { type AttackServer, startAttackServer } from "./testing/attack-server.ts";

/** What HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) wants to be there, and of which type; `[x]` is a list of x. */
const PAIR = { name: "string", value: "string" };
const ENTRY = {
  ...{ startedDateTime: "string", time: "number", cache: {} },
  request: {
    ...{ method: "string", url: "string", httpVersion: "string", cookies: [PAIR], headers: [PAIR] },
    ...{ queryString: [PAIR], headersSize: "number", bodySize: "number" },
  },
  response: {
    ...{ status: "number", statusText: "string", httpVersion: "string", cookies: [PAIR], headers: [PAIR] },
    ...{ content: { size: "number", mimeType: "string" }, redirectURL: "string" },
    ...{ headersSize: "number", bodySize: "number" },
  },
  timings: { send: "number", wait: "number", receive: "number" },
};
const HAR = { log: { version: "string", creator: { name: "string", version: "string" }, entries: [ENTRY] } };

function lacks(value: unknown, wanted: unknown, at = "har"): string[] {
  if (typeof wanted === "string") return typeof value === wanted ? [] : [`${at}: expected ${wanted}`];
  if (Array.isArray(wanted))
    return Array.isArray(value)
      ? value.flatMap((each, i) => lacks(each, wanted[0], `${at}[${i}]`))
      : [`${at}: expected a list`];
  if (typeof value !== "object" || value === null) return [`${at}: expected an object`];
  return Object.entries(wanted as object).flatMap(([name, each]) =>
    lacks((value as Record<string, unknown>)[name], each, `${at}.${name}`),
  );
}

const secrets = { KEY: { hosts: ["127.0.0.1"], inject: "header", value: "the-real-value" } } as const;
const recording = new NetRecording();
const events: NetEvent[] = [];
let server: AttackServer;

beforeAll(async () => {
  server = await startAttackServer();
  const policy = { preset: "open", allowLoopback: true } as const;
  const net = new NetSession({ policy, secrets }, nodeFetchHost(), (event) => events.push(event));
  const requests = new RecordedRequests(net, recording, ["KEY"]);
  const ask = async (method: string, path: string, text?: string, door: Requests = requests) => {
    async function* body() {
      yield Buffer.from(text ?? "");
    }
    const headers = [
      ["Authorization", `Bearer ${standIns(["KEY"]).KEY}`],
      ["Cookie", "session=mine"],
      ["X-Key", `${standIns(["KEY"]).KEY}`],
      ["Content-Type", "text/plain"],
    ] as const;
    const url = path.startsWith("http") ? path : `http://127.0.0.1:${server.ports.http}${path}`;
    const common = { method, url, headers, decode: false, signal: new AbortController().signal };
    try {
      const answer = await door.request(
        { pid: 7, command: "curl" },
        { ...common, ...(text !== undefined && { body: body() }) },
      );
      for await (const _ of answer.body);
    } catch {
      // Told in the log.
    }
  };
  await ask("GET", `/echo-secret?q=${standIns(["KEY"]).KEY}&a=b%20c`);
  await ask("POST", "/ok", "posted");
  await ask("GET", "/cookies");
  await ask("GET", "/to-metadata");
  await ask("GET", "http://169.254.169.254/latest/");
  await ask("GET", "no address\n");
  await ask("GET", "/short");
  await ask("GET", "/ok?q=the-real-value", undefined, net);
});
afterAll(() => server.close());

type Entry = { request: Record<string, never>; response: Record<string, never>; comment: string };
const entriesOf = async (...recordings: NetRecording[]) =>
  ((await toHar(exchangesOf(events), recordings)) as { log: { entries: Entry[] } }).log.entries;

describe("toHar()", () => {
  it("is a HAR 1.2, and so is a recording", async () => {
    expect(lacks(await toHar(exchangesOf(events)), HAR)).toEqual([]);
    expect(lacks(await toHar(exchangesOf(events), [recording]), HAR)).toEqual([]);
    expect(lacks(JSON.parse(recording.toString()), HAR)).toEqual([]);
  });

  it("has headers, query, status and where a redirect leads", async () => {
    const [echo, , , redirect] = await entriesOf();
    expect(echo).toMatchObject({
      request: {
        method: "GET",
        httpVersion: "HTTP/1.1",
        headers: expect.arrayContaining([{ name: "X-Key", value: standIns(["KEY"]).KEY }]),
        queryString: [
          { name: "q", value: standIns(["KEY"]).KEY },
          { name: "a", value: "b c" },
        ],
      },
      response: {
        ...{ status: 200, statusText: "OK", content: { size: 27 } },
        headers: expect.arrayContaining([{ name: "x-echo", value: "*".repeat(14) }]),
      },
    });
    expect(echo?.response.content).not.toHaveProperty("text");
    expect(redirect?.response).toMatchObject({ status: 302, redirectURL: "http://169.254.169.254/latest/" });
  });

  it("has the bodies of a recording", async () => {
    const [echo, posted] = await entriesOf(new NetRecording(), recording);
    expect(echo?.response.content).toMatchObject({ size: 27, text: `before ${"*".repeat(14)} after` });
    expect(posted?.request.postData).toEqual({ params: [], mimeType: "text/plain", text: "posted" });
    expect(posted?.response.content).toMatchObject({ text: "okposted" });
  });

  it("tells what was refused and what broke off", async () => {
    const entries = await entriesOf(recording);
    expect(entries.map(({ response: { status } }) => status)).toEqual([200, 200, 200, 302, 0, 0, 200, 200]);
    expect(entries[4]?.comment).toMatch(/^refused: 169\.254\.169\.254 is a cloud's metadata service/);
    expect(entries[6]?.comment).toMatch(/^net-reset/);
  });

  it("has no secret, no credentials and no cookies", async () => {
    expect(JSON.stringify(await entriesOf())).not.toMatch(/the-real-value|session=mine|a=1; Path/);
    expect(JSON.stringify(await entriesOf(recording)) + recording).not.toContain("the-real-value");
  });
});
