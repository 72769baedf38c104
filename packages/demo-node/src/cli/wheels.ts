import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LIMITS, type Wheel } from "@shadowbox/bundle";
import { CliError } from "./errors.ts";

/** Milliseconds without a byte after which a download is given up. */
const STALL_MS = 60_000;

/**
 * A wheel from where its user has it: its file, the folder that it is in, its address, or the address of an index of packages (PEP 503, such as
 * the one pip is configured for). Throws CliError.
 */
export async function wheelFrom(place: string, wheel: Wheel): Promise<Uint8Array> {
  if (!/^https?:\/\//.test(place)) return fromFile(place, wheel);
  return download(place.endsWith(".whl") ? place : await addressIn(place, wheel), wheel);
}

function fromFile(place: string, { file, size }: Wheel): Uint8Array {
  const path = existsSync(place) && statSync(place).isDirectory() ? join(place, file) : place;
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts?.isFile()) throw new CliError(`--from ${place}: expected ${file}, it is not there`);
  if (facts.size !== size)
    throw new CliError(`--from ${place}: expected ${file} with ${size} bytes, got ${facts.size}`);
  return readFileSync(path);
}

/** Where an index has the wheel. */
async function addressIn(index: string, { project, file }: Wheel): Promise<string> {
  const page = new URL(`${project}/`, index.endsWith("/") ? index : `${index}/`);
  const response = await ask(page.href);
  const text = new TextDecoder().decode(await bytesOf(response, LIMITS.indexBytes, page.href));
  const links = [...text.matchAll(/<a\b[^>]*?\bhref\s*=\s*["']([^"']+)["']/gi)].map(
    ([, link]) => link as string,
  );
  const found = links.find(
    (link) => link.split(/[?#]/)[0]?.endsWith(`/${file}`) || link.split(/[?#]/)[0] === file,
  );
  if (found === undefined) throw new CliError(`--from ${index}: expected an index with ${file}, it has none`);
  return new URL(found.replaceAll("&amp;", "&"), response.url).href.replace(/#.*$/, "");
}

const download = async (address: string, { size }: Wheel): Promise<Uint8Array> =>
  bytesOf(await ask(address), size, address);

async function ask(address: string): Promise<Response> {
  try {
    const response = await fetch(address, {
      headers: { accept: "text/html, application/octet-stream;q=0.9, */*;q=0.1" },
    });
    if (response.ok) return response;
    throw new CliError(`get ${address}: expected the file, got status ${response.status}`);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const cause = (error as Error).cause as Error | undefined;
    throw new CliError(`get ${address}: ${cause?.message ?? (error as Error).message}`);
  }
}

/** The body of an answer, piece by piece: never more than `limit`, and not for ever. */
async function bytesOf(response: Response, limit: number, address: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await Promise.race([reader.read(), stalled(address)]);
    if (done) return Buffer.concat(pieces);
    pieces.push(value);
    size += value.length;
    if (size > limit) throw new CliError(`get ${address}: expected at most ${limit} bytes, got more`);
  }
}

function stalled(address: string): Promise<never> {
  return new Promise((_, reject) => {
    const late = () => reject(new CliError(`get ${address}: nothing came for ${STALL_MS / 1000} s`));
    setTimeout(late, STALL_MS).unref();
  });
}
