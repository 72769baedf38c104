import { headerOf } from "./headers.ts";
import type { HostResponse } from "./host.ts";
import { parseTarget, type Target } from "./url.ts";

/** Redirects that nobody has followed yet and that are remembered. */
const KEPT = 1000;

/** Counts redirects in a row. Programs follow them, each hop is a request of its own: what goes where an answer led is the next hop. */
export class Redirects {
  /** By process and address: how many redirects led there. */
  readonly #led = new Map<string, number>();

  /** How many redirects in a row led a process to this address. */
  take(pid: number, { href }: Target): number {
    const key = `${pid} ${href}`;
    const hops = this.#led.get(key) ?? 0;
    this.#led.delete(key);
    return hops;
  }

  /** Remembers where an answer leads, if it does. */
  note(pid: number, { href }: Target, hops: number, { status, headers }: HostResponse): void {
    const location = headerOf(headers, "location");
    if (status < 300 || status > 399 || location === undefined) return;
    try {
      this.#led.set(`${pid} ${parseTarget(new URL(location, href).href).href}`, hops + 1);
    } catch {
      // Nobody can go there.
    }
    const [oldest] = this.#led.keys();
    if (this.#led.size > KEPT && oldest !== undefined) this.#led.delete(oldest);
  }
}
