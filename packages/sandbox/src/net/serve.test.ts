import { concat } from "@shadowbox/vfs";
import type { FetchDoor } from "@shadowbox/wasi";
import { expect, test } from "vitest";
import { Answer, Ask, FrameReader, frame } from "./frames.ts";
import type { FetchHost, HostRequest } from "./host.ts";
import { serveDoor } from "./serve.ts";
import { NetSession } from "./session.ts";
import { requestFrame } from "./testing/frames.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A host that answers with the request's method, path and body. */
const echo: FetchHost = {
  name: "test",
  async fetch({ method, target, body }: HostRequest) {
    const parts = [encode(`${method} ${target.path} `)];
    for await (const bytes of body ?? []) parts.push(bytes.slice());
    async function* answer() {
      yield* parts;
    }
    return { status: 200, statusText: "OK", version: "1.1", headers: [["X", "\xe4"]], body: answer() };
  },
};

/** What a conversation answers: a code or a body for each request. */
async function converse(writes: readonly Uint8Array[], wanted: number): Promise<string[]> {
  const written: Uint8Array[] = [];
  async function* requests(): AsyncGenerator<Uint8Array, void, void> {
    yield* writes;
    // A process that has left wants no answer.
    while (ended < wanted) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  let ended = 0;
  const write = async (bytes: Uint8Array) => {
    if (bytes[5] === Answer.END || bytes[5] === Answer.ERROR) ended++;
    return written.push(bytes.slice()) > 0;
  };
  const answers = { write, close() {} };
  const policy = { allow: [{ host: "a.example", methods: "*" }] } as const;
  const session = new NetSession({ policy }, echo, () => {});
  const door = { pid: 7, command: "test", requests: requests(), answers } as unknown as FetchDoor;
  await serveDoor(session, door);
  async function* back() {
    yield* written;
  }
  const reader = new FrameReader(back());
  const said: string[] = [];
  let body: Uint8Array[] = [];
  for (let got = await reader.next(); got; got = await reader.next()) {
    const text = new TextDecoder().decode(got.payload);
    if (got.type === Answer.DATA) body.push(got.payload);
    if (got.type === Answer.ERROR) said.push(`error ${text.slice(4, 4 + got.payload[0]!)}`);
    if (got.type === Answer.END) said.push(new TextDecoder().decode(concat(body)));
    if (got.type !== Answer.DATA) body = [];
  }
  return said;
}

const get = requestFrame({ method: "GET", url: "https://a.example/x" });
const post = requestFrame({ method: "POST", url: "https://a.example/y", body: true });
const denied = requestFrame({ method: "POST", url: "https://b.example/", body: true });
const end = frame(Ask.END);
const data = (text: string) => frame(Ask.DATA, [encode(text)]);

test.each<[what: string, writes: Uint8Array[], answers: string[]]>([
  ["one request", [get], ["GET /x "]],
  [
    "several, one after the other",
    [get, post, data("ab"), data("c"), end, get],
    ["GET /x ", "POST /y abc", "GET /x "],
  ],
  [
    "frames cut anywhere",
    [...concat([post, data("abc"), end])].map((byte) => Uint8Array.of(byte)),
    ["POST /y abc"],
  ],
  ["a refused one, whose body is dropped", [denied, data("abc"), end, get], ["error denied", "GET /x "]],
  ["none", [], []],
  ["a frame that is none", [encode("GET / HTTP/1.1\r\n\r\n")], ["error request"]],
  ["a body without a request", [data("abc")], ["error request"]],
  ["a request that is cut", [get.subarray(0, 20)], []],
  ["a request whose lengths lie", [frame(Ask.REQUEST, [new Uint8Array(20).fill(255)])], ["error request"]],
])("a conversation with %s", async (_, writes, answers) => {
  expect(await converse(writes, answers.length)).toEqual(answers);
});
