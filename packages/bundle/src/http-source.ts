import { BundleError } from "./errors.ts";
import { type RegistrySource, refuseBadPath } from "./source.ts";

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
  /** Told as bytes come: of which file, how many so far. */
  onProgress?(path: string, bytes: number): void;
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
  return {
    name: base,
    read: async (path, limit) => {
      refuseBadPath(path);
      const url = new URL(path, base).href;
      if (!url.startsWith(base)) throw new BundleError("path", `read "${path}": it leaves ${base}`);
      return new Download(url, path, limit, settings).run();
    },
  };
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
  private readonly chunks: Uint8Array[] = [];
  private received = 0;
  private readonly url: string;
  private readonly path: string;
  private readonly limit: number;
  private readonly settings: Settings;

  constructor(url: string, path: string, limit: number, settings: Settings) {
    this.url = url;
    this.path = path;
    this.limit = limit;
    this.settings = settings;
  }

  async run(): Promise<Uint8Array> {
    const { attempts, pauseMs, stallMs, slowest } = this.settings;
    const whole = AbortSignal.timeout(stallMs + Math.ceil((this.limit / slowest) * 1000));
    for (let attempt = 1; ; attempt++) {
      try {
        await this.request(whole);
        return this.joined();
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
      const text = signal.aborted ? "the server is too slow" : (cause as Error).message;
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
    this.chunks.length = 0;
    this.received = 0;
  }

  private take(chunk: Uint8Array): void {
    if (this.received + chunk.length > this.limit) this.refuseLength();
    this.chunks.push(chunk);
    this.received += chunk.length;
    this.settings.onProgress?.(this.path, this.received);
  }

  private refuseLength(): never {
    throw new BundleError("too-large", `read ${this.url}: expected at most ${this.limit} bytes`);
  }

  private joined(): Uint8Array {
    const bytes = new Uint8Array(this.received);
    let filled = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes;
  }
}
