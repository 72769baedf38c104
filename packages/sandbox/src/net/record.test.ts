import { expect, test } from "vitest";
import { SandboxError } from "../errors.ts";
import type { FetchHost, HostRequest } from "./host.ts";
import { RecordedRequests, ReplayedRequests } from "./record.ts";
import { NetRecording } from "./recording.ts";
import { standIns } from "./secrets.ts";
import { type NetEvent, type NetRequest, NetSession, type Requests } from "./session.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A host that counts: no two answers are the same. */
function countingHost(): FetchHost {
  let count = 0;
  return {
    name: "test",
    async fetch({ method, target, headers, body, signal }: HostRequest) {
      const parts = [encode(`${++count} ${method} ${target.path} `)];
      for await (const bytes of body ?? []) parts.push(bytes.slice());
      if (target.path === "/refuses") throw new SandboxError("net-connect", "request: nobody answers");
      async function* answer() {
        if (target.path === "/binary") yield Uint8Array.of(0, 255, 254, 10);
        else yield* parts;
        if (target.path === "/echo") yield encode(JSON.stringify(headers));
        if (target.path === "/breaks") throw new SandboxError("net-reset", "request: it broke off");
        if (target.path === "/hangs")
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      }
      const timing = { resolved: 1, connected: 2, secured: 3 };
      return {
        ...{
          status: 203,
          statusText: "Fine",
          version: "1.1",
          headers: [["X", "\xe4"]],
          address: "192.0.2.1",
        },
        ...{ timing, body: answer() },
      };
    },
  };
}

const asker = { pid: 7, command: "test", session: "s", turn: 3 };
const secrets = { KEY: { hosts: ["a.example"], inject: "header", value: "the-real-value" } } as const;

type Given = Partial<Omit<NetRequest, "body">> & { body?: string };

async function ask(requests: Requests, given: Given): Promise<unknown> {
  const { body, ...more } = given;
  async function* sent() {
    yield encode(body ?? "");
  }
  const common = { method: "GET", headers: [], decode: true, signal: new AbortController().signal };
  const request = {
    ...common,
    url: "https://a.example/",
    ...more,
    ...(body !== undefined && { body: sent() }),
  };
  let text = "";
  try {
    const { body: answered, ...answer } = await requests.request(asker, request);
    for await (const bytes of answered) text += String.fromCharCode(...bytes);
    return { ...answer, text };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return { text, code: error.code, message: error.message };
  }
}

const REQUESTS: Given[] = [
  { url: "https://a.example/same" },
  { url: "https://a.example/same" },
  { url: "https://A.example:443/same#part" },
  { url: "https://a.example/same", headers: [["Range", "bytes=0-3"]] },
  { url: "https://a.example/binary" },
  { url: "https://a.example/post", method: "POST", body: "one" },
  { url: "https://a.example/post", method: "POST", body: "two" },
  { url: "https://a.example/echo", headers: [["Authorization", `Bearer ${standIns(["KEY"]).KEY}`]] },
  { url: "https://a.example/refuses" },
  { url: "https://a.example/breaks" },
  { url: "https://b.example/denied" },
  { url: "ftp://a.example/" },
  { url: "https://a.example/", headers: [["X", "a\nb"]] },
];

async function recorded(requests: Given[]): Promise<{ archive: string; answers: unknown[] }> {
  const recording = new NetRecording();
  const policy = { allow: [{ host: "a.example", methods: "*" }] } as const;
  const session = new NetSession({ policy, secrets }, countingHost(), () => {});
  const requester = new RecordedRequests(session, recording, session.secrets.names);
  const answers: unknown[] = [];
  for (const request of requests) answers.push(await ask(requester, request));
  return { archive: recording.toString(), answers };
}

function player(archive: string, onEvent: (event: NetEvent) => void = () => {}): ReplayedRequests {
  return new ReplayedRequests(NetRecording.parse(archive, "test.har"), onEvent);
}

test("a replay answers, refuses and breaks off as it was recorded", async () => {
  const { archive, answers } = await recorded(REQUESTS);
  const replayed = player(archive);
  for (const [index, request] of REQUESTS.entries())
    expect(await ask(replayed, request)).toEqual(answers[index]);
  expect(answers.map((answer) => (answer as { code?: string }).code ?? "ok").join(" ")).toBe(
    "ok ok ok ok ok ok ok ok net-connect net-reset net-denied net-url net-header",
  );
});

test("a replay in another order gives each request its own answer", async () => {
  const { archive, answers } = await recorded(REQUESTS);
  const replayed = player(archive);
  // Equal ones stay in their order.
  for (const index of [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 0, 1, 2])
    expect(await ask(replayed, REQUESTS[index]!)).toEqual(answers[index]);
});

test("a replay answers in the order in which was asked, though what was asked first ended last", async () => {
  const same = [REQUESTS[0] as Given, REQUESTS[1] as Given];
  const { archive, answers } = await recorded(same);
  const har = JSON.parse(archive);
  for (const [index, entry] of har.log.entries.entries())
    entry.startedDateTime = new Date(index).toISOString();
  har.log.entries.reverse();
  const replayed = player(JSON.stringify(har));
  for (const [index, request] of same.entries()) expect(await ask(replayed, request)).toEqual(answers[index]);
});

test("a recording holds no secret", async () => {
  const { archive } = await recorded(REQUESTS);
  expect(archive).not.toContain("the-real-value");
  expect([...NetRecording.parse(archive).secrets]).toEqual(["KEY"]);
});

test.each<[string, Given, RegExp]>([
  ["another URL", { url: "https://a.example/other" }, /GET https:\/\/a\.example\/other, .*never asked for/],
  ["another method", { url: "https://a.example/same", method: "PUT" }, /PUT https:\/\/a\.example\/same/],
  [
    "another body",
    { url: "https://a.example/post", method: "POST", body: "three" },
    /with a body \(SHA-256 [0-9a-f]{12}…\).* 2 of its method and URL/,
  ],
  ["once more than recorded", { url: "https://a.example/binary" }, /1 of its method and URL/],
  ["another range", { url: "https://a.example/same", headers: [["Range", "bytes=9-"]] }, /\/same/],
])("a request with %s is a miss that names it", async (_, request, message) => {
  const { archive } = await recorded(REQUESTS);
  const events: NetEvent[] = [];
  const replayed = player(archive, (event) => events.push(event));
  await ask(replayed, { url: "https://a.example/binary" });
  const missed = (await ask(replayed, request)) as { code: string; message: string };
  expect(missed.code).toBe("net-replay");
  expect(missed.message).toMatch(/^replay of "test\.har": /);
  expect(missed.message).toMatch(message);
  expect(events).toMatchObject([
    { type: "net-request", verdict: "allow", rule: 'replay of "test.har"', session: "s", turn: 3 },
    { type: "net-response", status: 203, responseBytes: 4 },
    { type: "net-request", verdict: "deny", reason: missed.message },
  ]);
});

test("a form is the same whatever boundary was drawn", async () => {
  const form = (boundary: string): Given => ({
    method: "POST",
    headers: [["Content-Type", `multipart/form-data; boundary=${boundary}`]],
    body: `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xe4\r\n--${boundary}--\r\n`,
  });
  const { archive, answers } = await recorded([form("----abc")]);
  const again = (await ask(player(archive), form("----xyz"))) as { text: string };
  expect(again).toEqual(answers[0]);
});

test("who left is waited for again", async () => {
  const leaving = (): Given => ({ url: "https://a.example/hangs", signal: AbortSignal.timeout(50) });
  const { archive, answers } = await recorded([leaving()]);
  expect(answers[0]).toMatchObject({ code: "net-aborted" });
  const from = performance.now();
  expect(await ask(player(archive), leaving())).toEqual(answers[0]);
  expect(performance.now() - from).toBeGreaterThan(40);
});

test("an archive of a browser can be replayed", async () => {
  const entry = {
    request: { method: "POST", url: "https://a.example/x", headers: [], postData: { text: "hi" } },
    response: {
      ...{ status: 200, statusText: "", httpVersion: "h3" },
      headers: [
        { name: ":status", value: "200" },
        { name: "content-encoding", value: "br" },
        { name: "x", value: "1" },
      ],
      content: { size: 3, text: "AP8K", encoding: "base64" },
    },
  };
  const replayed = player(JSON.stringify({ log: { entries: [entry] } }));
  const answer = await ask(replayed, { url: "https://a.example/x", method: "POST", body: "hi" });
  expect(answer).toMatchObject({ status: 200, headers: [["x", "1"]], text: "\x00\xff\n" });
});

test.each([
  ["no JSON", "{"],
  ["no archive", "{}"],
  ["an entry that is none", '{"log":{"entries":[{}]}}'],
  ["null", "null"],
])("NetRecording.parse() refuses %s", (_, text) => {
  expect(() => NetRecording.parse(text, "x.har")).toThrow(/^read "x\.har": expected an HTTP archive/);
});
