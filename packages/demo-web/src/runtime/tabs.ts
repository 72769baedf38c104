import { RuntimeError } from "./errors.ts";
import type { Method, Request } from "./protocol.ts";

/** What a tab may ask of a box that another tab has: nothing that changes it. */
const READS: ReadonlySet<Method> = new Set<Method>([
  ...([
    "present",
    "list",
    "read",
    "readOriginal",
    "changes",
    "diff",
    "log",
    "snapshots",
    "snapshotDiff",
  ] as const),
  ...(["audit", "rules", "conversation", "bundles", "files"] as const),
]);

/** What the tabs of one box say to each other; only pages of this origin hear it. */
type Said =
  | { type: "ask"; from: string; request: Request }
  | { type: "answer"; to: string; id: number; value: unknown }
  | { type: "refusal"; to: string; id: number; message: string; code: string | undefined }
  /** The box changed, or another tab has it now. */
  | { type: "changed" };

interface Asked {
  request: Request;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The tabs that have one box open: one leads, and answers what the others, which follow, want to see. */
export class Tabs {
  readonly #channel: BroadcastChannel;
  readonly #name = crypto.randomUUID();
  readonly #run: (request: Request) => Promise<unknown>;
  readonly #onChange: () => void;
  readonly #asked = new Map<number, Asked>();
  #leads = false;

  /** `run` does what is asked, in the tab that leads; `onChange` is called in those that follow. */
  constructor(box: string, run: (request: Request) => Promise<unknown>, onChange: () => void) {
    this.#run = run;
    this.#onChange = onChange;
    this.#channel = new BroadcastChannel(`shadowbox:${box}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => void this.#hear(data);
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** This tab has the box from now on, and does itself what it had asked for. */
  lead(): void {
    this.#leads = true;
    for (const { request, resolve } of this.#asked.values()) resolve(this.#run(request));
    this.#asked.clear();
    this.#say({ type: "changed" });
  }

  /** Tells the tabs that follow to look again, unless all that was done was to look. */
  changed(method: Method): void {
    if (this.#leads && !READS.has(method)) this.#say({ type: "changed" });
  }

  /** Asks the tab that leads. Rejects with RuntimeError `follower` where more is asked for than to look. */
  ask(request: Request): Promise<unknown> {
    if (!READS.has(request.method))
      return Promise.reject(
        new RuntimeError("Another tab has this box open: here it can only be looked at.", "follower"),
      );
    return new Promise((resolve, reject) => {
      this.#asked.set(request.id, { request, resolve, reject });
      this.#say({ type: "ask", from: this.#name, request });
    });
  }

  #say(said: Said): void {
    this.#channel.postMessage(said);
  }

  async #hear(said: Said): Promise<void> {
    if (said.type === "ask") {
      if (this.#leads) await this.#answer(said.from, said.request);
    } else if (said.type === "changed") {
      if (this.#leads) return;
      // Whoever was asked may be gone.
      for (const { request } of this.#asked.values()) this.#say({ type: "ask", from: this.#name, request });
      this.#onChange();
    } else if (said.to === this.#name) this.#settle(said);
  }

  async #answer(to: string, request: Request): Promise<void> {
    const { id } = request;
    try {
      if (!READS.has(request.method)) throw new RuntimeError("expected a question", "follower");
      this.#say({ type: "answer", to, id, value: await this.#run(request) });
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      this.#say({ type: "refusal", to, id, message, code });
    }
  }

  #settle(said: Extract<Said, { to: string }>): void {
    const asked = this.#asked.get(said.id);
    this.#asked.delete(said.id);
    if (said.type === "answer") asked?.resolve(said.value);
    else asked?.reject(new RuntimeError(said.message, said.code));
  }
}
