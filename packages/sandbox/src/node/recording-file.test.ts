import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { RecordedExchange } from "../net/recording.ts";
import { readRecording, recordingFile } from "./recording-file.ts";

const folder = mkdtempSync(join(tmpdir(), "shadowbox-recording-"));
afterAll(() => rmSync(folder, { recursive: true }));

const exchange = (url: string): RecordedExchange => ({
  ...{ startedDateTime: "2026-01-01T00:00:00.000Z", time: 1 },
  request: { method: "GET", url, headers: [], _sha256: "" },
  response: {
    ...{ status: 200, statusText: "OK", httpVersion: "HTTP/1.1", headers: [] },
    content: { size: 3, text: "äx" },
  },
});
const urlsOf = (path: string) =>
  (JSON.parse(readFileSync(path, "utf8")) as { log: { entries: RecordedExchange[] } }).log.entries.map(
    ({ request }) => request.url,
  );

test("a recording's file is a whole archive after each exchange, and is gone on with", () => {
  const path = join(folder, "a.har");
  const recorder = recordingFile(path);
  expect(urlsOf(path)).toEqual([]);
  for (const url of ["https://a/", "https://b/"]) recorder.add(exchange(url));
  expect(urlsOf(path)).toEqual(["https://a/", "https://b/"]);
  recordingFile(path).add(exchange("https://c/"));
  expect(urlsOf(path)).toEqual(["https://a/", "https://b/", "https://c/"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file that was cut off anywhere in an entry keeps the ones before it", async () => {
  const path = join(folder, "cut.har");
  const recorder = recordingFile(path);
  recorder.add(exchange("https://a/"));
  const { size } = statSync(path);
  recorder.add(exchange("https://b/"));
  const text = readFileSync(path);
  for (let end = size - 3; end < text.length; end += 7) {
    writeFileSync(path, text);
    truncateSync(path, end);
    const request = { method: "GET", url: "https://a/", headers: [], sha256: "" };
    expect((await readRecording(path).take(request)).answer?.status).toBe(200);
    recordingFile(path).add(exchange("https://c/"));
    expect(urlsOf(path)).toEqual(["https://a/", "https://c/"]);
  }
});

test("what is no recording is refused and stays as it is", () => {
  const path = join(folder, "other");
  writeFileSync(path, "something else");
  expect(() => recordingFile(path)).toThrow(/^record into ".*other": expected a recording/);
  expect(() => readRecording(path)).toThrow(/^read ".*other": expected an HTTP archive/);
  expect(() => readRecording(join(folder, "none"))).toThrow(/ENOENT/);
  expect(readFileSync(path, "utf8")).toBe("something else");
});
