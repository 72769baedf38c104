import type { FetchDoor } from "@shadowbox/wasi";
import { SandboxError } from "../errors.ts";
import {
  Answer,
  Ask,
  errorFrame,
  FRAME_HEAD,
  FrameReader,
  frame,
  putHead,
  readRequest,
  responseFrame,
} from "./frames.ts";
import type { Asker, Requests } from "./session.ts";
import { shown } from "./url.ts";

/** Bytes of a body in one frame. */
const DATA_BYTES = 256 * 1024;

/** Serves one open of the fetch device: one request after another, until the process closes it. Never throws. */
export async function serveDoor(
  requests: Requests,
  door: FetchDoor,
  origin?: Pick<Asker, "session" | "turn">,
): Promise<void> {
  const reader = new FrameReader(door.requests);
  const asker = { pid: door.pid, command: shown(door.command), ...origin };
  try {
    while (await serveRequest(requests, asker, reader, door));
  } catch (error) {
    if (error instanceof SandboxError) await door.answers.write(errorFrame(error));
  } finally {
    door.answers.close();
    await reader.close();
  }
}

/** Serves one request; false when no other can follow. Throws SandboxError for what is no request. */
async function serveRequest(
  requests: Requests,
  asker: Asker,
  reader: FrameReader,
  door: FetchDoor,
): Promise<boolean> {
  const first = await reader.next();
  if (first === undefined) return false;
  if (first.type !== Ask.REQUEST)
    throw new SandboxError(
      "net-request",
      `request: expected a frame of type ${Ask.REQUEST}, got ${first.type}`,
    );
  const { hasBody, ...request } = readRequest(first.payload);
  const leave = new AbortController();
  const body = new BodyReader(reader, () => leave.abort());
  if (!hasBody) reader.watch(() => leave.abort());
  try {
    const answer = await requests.request(asker, {
      ...request,
      signal: leave.signal,
      ...(hasBody && { body: body.read() }),
    });
    await sendAnswer(answer.body, responseFrame(answer), door, leave);
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    if (!(await door.answers.write(errorFrame(error)))) return false;
  }
  // The next request starts where this one's body ends.
  return !hasBody || body.drain();
}

/** The body that a process sends, frame by frame. */
class BodyReader {
  readonly #reader: FrameReader;
  readonly #gone: () => void;
  #reading: Promise<unknown> = Promise.resolve();
  #ended = false;
  #whole = false;

  constructor(reader: FrameReader, gone: () => void) {
    this.#reader = reader;
    this.#gone = gone;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = await this.#next();
      if (bytes === undefined) return;
      yield bytes;
    }
  }

  /** Drops what is left of the body; false if the process went before its end. */
  async drain(): Promise<boolean> {
    await this.#reading.catch(() => {});
    while ((await this.#next()) !== undefined);
    return this.#whole;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    const reading = this.#reader.next();
    this.#reading = reading;
    const got = await reading;
    if (got?.type === Ask.DATA) return got.payload;
    this.#ended = true;
    this.#whole = got?.type === Ask.END;
    if (got === undefined) this.#gone();
    else if (this.#whole) this.#reader.watch(this.#gone);
    else
      throw new SandboxError(
        "net-request",
        `request body: expected a frame of type ${Ask.DATA} or ${Ask.END}, got ${got.type}`,
      );
    return undefined;
  }
}

async function sendAnswer(
  body: AsyncIterable<Uint8Array>,
  head: Uint8Array,
  door: FetchDoor,
  leave: AbortController,
): Promise<void> {
  const send = async (bytes: Uint8Array) => {
    if (await door.answers.write(bytes)) return true;
    leave.abort();
    return false;
  };
  await send(head);
  const frames = new DataFrames();
  for await (const bytes of body)
    for (let at = 0; at < bytes.length; at += DATA_BYTES)
      if (!(await send(frames.of(bytes.subarray(at, at + DATA_BYTES))))) return;
  await send(frame(Answer.END));
}

/** DATA frames in one buffer, which is used again for each: a long body makes no garbage. */
class DataFrames {
  #buffer = new Uint8Array();

  of(bytes: Uint8Array): Uint8Array {
    const length = FRAME_HEAD + bytes.length;
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    putHead(this.#buffer, Answer.DATA, bytes.length);
    this.#buffer.set(bytes, FRAME_HEAD);
    return this.#buffer.subarray(0, length);
  }
}
