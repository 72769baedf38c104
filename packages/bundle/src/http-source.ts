import { BundleError } from "./errors.ts";
import { type RegistrySource, refuseBadPath, type Sink } from "./source.ts";

/** How a registry is fetched. */
export interface HttpOptions {
  /** Default: the platform's own. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds without a byte after which a request is given up; default 20,000. */
  readonly stallMs?: number;
  /** Bytes per second under which a whole file is given up, so that nobody can trickle for ever; default 8,192. */
  readonly slowest?: number;
  /** Tries per file, each going on where the last one broke off; default 3. */
  readonly attempts?: number;
  /** Milliseconds before the second try, doubled for each one after; default 500. */
  readonly pauseMs?: number;
  /** Told as bytes come: of which file, how many so far, and how many it may have (of an asset: has). */
  onProgress?(path: string, bytes: number, limit: number): void;
}

type Settings = Required<Omit<HttpOptions, "onProgress">> & Pick<HttpOptions, "onProgress">;

/**
 * A registry behind http(s). Sends no cookies, credentials or referrer, follows no redirect, and reads no byte over the
 * limit. Throws as {@link RegistrySource} says; `invalid` for an address with credentials, a query or another scheme.
 */
export function httpSource(address: string, options: HttpOptions = {}): RegistrySource {
  const base = baseOf(address);
  const settings: Settings = {
    fetch: (url, init) => fetch(url, init),
    ...{ stallMs: 20_000, slowest: 8192, attempts: 3, pauseMs: 500 },
    ...options,
  };
  const pour = async (path: string, limit: number, sink: Sink) => {
    refuseBadPath(path);
    const url = new URL(path, base).href;
    if (!url.startsWith(base)) throw new BundleError("path", `read "${path}": it leaves ${base}`);
    await new Download({ url, path, limit, sink }, settings).run();
  };
  return {
    name: base,
    pour,
    read: async (path, limit) => {
      const pieces = new Pieces();
      await pour(path, limit, pieces);
      return pieces.joined();
    },
  };
}

/** Keeps a file in memory. */
class Pieces implements Sink {
  private readonly pieces: Uint8Array[] = [];

  write(piece: Uint8Array): void {
    this.pieces.push(piece);
  }

  restart(): void {
    this.pieces.length = 0;
  }

  joined(): Uint8Array {
    const bytes = new Uint8Array(this.pieces.reduce((sum, { length }) => sum + length, 0));
    let filled = 0;
    for (const piece of this.pieces) {
      bytes.set(piece, filled);
      filled += piece.length;
    }
    return bytes;
  }
}

function baseOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const plain =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!plain)
    throw new BundleError(
      "invalid",
      "open registry: expected an http(s) address without credentials or query",
    );
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

/** A failure that another try may mend. */
class Interrupted extends Error {}

/** One file, over one or several requests. */
class Download {
  private received = 0;
  private readonly url: string;
  private readonly path: string;
  private readonly limit: number;
  private readonly sink: Sink;
  private readonly settings: Settings;

  constructor(file: { url: string; path: string; limit: number; sink: Sink }, settings: Settings) {
    this.url = file.url;
    this.path = file.path;
    this.limit = file.limit;
    this.sink = file.sink;
    this.settings = settings;
  }

  async run(): Promise<void> {
    const { attempts, pauseMs, stallMs, slowest } = this.settings;
    const whole = AbortSignal.timeout(stallMs + Math.ceil((this.limit / slowest) * 1000));
    for (let attempt = 1; ; attempt++) {
      try {
        await this.request(whole);
        return;
      } catch (cause) {
        if (!(cause instanceof Interrupted)) throw cause;
        if (attempt >= attempts || whole.aborted)
          throw new BundleError("source", `read ${this.url}: ${cause.message}`, { cause });
        await new Promise((resume) => setTimeout(resume, pauseMs * 2 ** (attempt - 1)));
      }
    }
  }

  /** One request, for what is still missing. */
  private async request(whole: AbortSignal): Promise<void> {
    const stall = new AbortController();
    const signal = AbortSignal.any([whole, stall.signal]);
    let timer = setTimeout(() => stall.abort(), this.settings.stallMs);
    try {
      const response = await this.settings.fetch(this.url, {
        ...{
          signal,
          redirect: "error",
          credentials: "omit",
          referrerPolicy: "no-referrer",
          cache: "no-cache",
        },
        headers: this.received > 0 ? { range: `bytes=${this.received}-` } : {},
      });
      const reader = this.accept(response);
      for (let turn = await reader.read(); !turn.done; turn = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => stall.abort(), this.settings.stallMs);
        this.take(turn.value);
      }
    } catch (cause) {
      if (cause instanceof BundleError || cause instanceof Interrupted) throw cause;
      const text = signal.aborted ? "the server is too slow" : reasonOf(cause);
      throw new Interrupted(text, { cause });
    } finally {
      clearTimeout(timer);
      stall.abort();
    }
  }

  /** Judges status and headers; the body is read from where this one starts. */
  private accept(response: Response): ReadableStreamDefaultReader<Uint8Array> {
    const { status, headers, body } = response;
    if (status === 404 || status === 410)
      throw new BundleError("not-found", `read ${this.url}: no such file`);
    if (status === 429 || status >= 500) throw new Interrupted(`the server says ${status}`);
    if (status !== 200 && status !== 206)
      throw new BundleError("source", `read ${this.url}: the server says ${status}`);
    if (this.path.endsWith(".gz") && headers.get("content-encoding") !== null)
      throw new BundleError(
        "source",
        `read ${this.url}: the server must send .gz files without content-encoding`,
      );
    const goesOn = headers.get("content-range")?.startsWith(`bytes ${this.received}-`) ?? false;
    if (status === 206 && !goesOn) throw new BundleError("source", `read ${this.url}: a wrong part was sent`);
    if (status === 200) this.restart();
    const length = Number(headers.get("content-length") ?? 0);
    if (headers.get("content-encoding") === null && this.received + length > this.limit) this.refuseLength();
    return (body ?? new Blob([]).stream()).getReader();
  }

  private restart(): void {
    if (this.received > 0) this.sink.restart();
    this.received = 0;
  }

  private take(chunk: Uint8Array): void {
    if (this.received + chunk.length > this.limit) this.refuseLength();
    this.sink.write(chunk);
    this.received += chunk.length;
    this.settings.onProgress?.(this.path, this.received, this.limit);
  }

  private refuseLength(): never {
    throw new BundleError("too-large", `read ${this.url}: expected at most ${this.limit} bytes`);
  }
}

/** What lies behind "fetch failed". */
function reasonOf(cause: unknown): string {
  const { message, cause: behind } = cause as Error;
  return behind instanceof Error && behind.message !== "" ? `${message}: ${behind.message}` : message;
}
