import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { AgentError } from "../errors.ts";
import type { SessionEvent } from "../events.ts";

/** Format of the log's lines; a newer one is refused. */
export const LOG_FORMAT = 1;

/** One line of a log. `prev` is the SHA-256 of the line before, without its line end; 64 zeros for the first. */
export interface LogRecord {
  seq: number;
  /** ISO 8601, UTC. */
  time: string;
  prev: string;
  event: SessionEvent;
}

/** Where a chain stands: what the next line has to carry on. */
export interface ChainHead {
  seq: number;
  prev: string;
}

export const CHAIN_START: ChainHead = { seq: 0, prev: "0".repeat(64) };

const encoder = new TextEncoder();

export function digestLine(line: string): string {
  return bytesToHex(sha256(encoder.encode(line)));
}

/** The next line of a log, without its line end, and the head after it. */
export function encodeRecord(
  event: SessionEvent,
  head: ChainHead,
  time: Date,
): { line: string; head: ChainHead } {
  const record: LogRecord = { seq: head.seq, time: time.toISOString(), prev: head.prev, event };
  const line = JSON.stringify(record);
  return { line, head: { seq: head.seq + 1, prev: digestLine(line) } };
}

/** What a log's text holds. */
export interface ChainReading {
  records: LogRecord[];
  head: ChainHead;
  /** Bytes of the text that are whole lines; what follows is a line that was cut off. */
  goodBytes: number;
  /** Bytes after {@link goodBytes}. */
  cutBytes: number;
}

/**
 * Reads a log and checks its chain. A last line that was cut off is left out and counted. Throws AgentError `session`
 * when a line in the middle is not what the chain says, or the format is newer.
 */
export function readChain(text: string, name: string): ChainReading {
  const lines = text.split("\n");
  const tail = lines.pop() as string;
  const records: LogRecord[] = [];
  let head = CHAIN_START;
  let goodBytes = 0;
  for (const [index, line] of lines.entries()) {
    const record = parseRecord(line);
    const last = index === lines.length - 1;
    if (record === undefined && last)
      return { records, head, goodBytes, cutBytes: byteLength(line) + 1 + byteLength(tail) };
    if (record?.prev !== head.prev || record.seq !== head.seq)
      throw new AgentError(
        "session",
        `read session "${name}": line ${index + 1} does not follow from the line before; the log was changed or damaged there`,
      );
    checkFormat(record, name);
    records.push(record);
    head = { seq: head.seq + 1, prev: digestLine(line) };
    goodBytes += byteLength(line) + 1;
  }
  return { records, head, goodBytes, cutBytes: byteLength(tail) };
}

function checkFormat({ event }: LogRecord, name: string): void {
  if (event.type === "session-start" && event.format > LOG_FORMAT)
    throw new AgentError(
      "session",
      `read session "${name}": its format is ${event.format}, this version reads up to ${LOG_FORMAT}; update shadowbox`,
    );
}

function parseRecord(line: string): LogRecord | undefined {
  try {
    const record = JSON.parse(line) as LogRecord;
    const whole = typeof record?.seq === "number" && typeof record.prev === "string";
    return whole && typeof record.event?.type === "string" ? record : undefined;
  } catch {
    return undefined;
  }
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
