import { runWasi } from "@shadowbox/sandbox/browser";
import type { CaseOptions, CaseRecord, CaseResult } from "../../../../conformance/lib/case.mjs";
import { connectRuntime } from "../runtime/client.ts";
import type { CaseRequest, SdkRequest } from "./worker.ts";

/** A case that has not answered by then is stuck, milliseconds. */
const STUCK_MS = 15_000;

/** Runs cases one after the other in a worker, which is replaced when it hangs. */
class Runner {
  readonly #options: CaseOptions;
  #worker: Worker | undefined;

  constructor(options: CaseOptions) {
    this.#options = { ...options, registry: new URL("registry/", document.baseURI).href };
  }

  run(record: CaseRecord): Promise<CaseResult> {
    this.#worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      credentials: "omit",
    });
    const worker = this.#worker;
    return new Promise((resolve) => {
      const failed = (what: string, error?: string) => {
        worker.terminate();
        this.#worker = undefined;
        clearTimeout(timer);
        resolve({ id: record.id, ok: false, differed: [what], ...(error && { error }) });
      };
      const timer = setTimeout(() => failed("stuck"), STUCK_MS + (this.#options.limitMs ?? 0));
      worker.onerror = ({ message }) => failed("crash", message);
      worker.onmessage = ({ data }: MessageEvent<CaseResult>) => {
        clearTimeout(timer);
        resolve(data);
      };
      const request: CaseRequest = { record, options: this.#options };
      worker.postMessage(request);
    });
  }
}

/** One program of the SDK's table, in a worker of its own; what it gave. */
function runSdk(sdk: string): Promise<unknown> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
    credentials: "omit",
  });
  return new Promise<unknown>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => resolve(data);
    const request: SdkRequest = { sdk, registry: new URL("registry/", document.baseURI).href };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

async function runFile(address: string, filter: string | null): Promise<void> {
  const url = new URL(address, document.baseURI);
  const text = await (await fetch(url, { credentials: "omit" })).text();
  const pattern = filter === null ? undefined : new RegExp(filter);
  const records = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as CaseRecord)
    .filter(({ id }) => pattern?.test(id) ?? true);
  const runner = new Runner({ helpers: {} });
  const progress = element<HTMLProgressElement>("progress");
  progress.hidden = false;
  progress.max = records.length;
  const results: CaseResult[] = [];
  for (const record of records) {
    const result = await runner.run(record);
    results.push(result);
    progress.value = results.length;
    if (!result.ok) showFailure(result);
    const passed = results.filter(({ ok }) => ok).length;
    element("status").textContent = `${passed} of ${results.length} pass, ${records.length} in all`;
  }
  const lines = results.map((result) => JSON.stringify(result)).join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines}\n`], { type: "application/jsonl" }));
  link.download = "results.jsonl";
  link.textContent = "Results";
  element("download").replaceChildren(link);
  element("download").hidden = false;
  Object.assign(globalThis, { results });
}

function showFailure({ id, differed, error }: CaseResult): void {
  const item = document.createElement("li");
  item.textContent = `${id}: ${error ?? differed.join(", ")}`;
  element("failures").append(item);
}

/** For a driver outside. */
let outside: Runner | undefined;
Object.assign(globalThis, {
  useCaseOptions: (options: CaseOptions) => {
    outside = new Runner(options);
  },
  /** Runs a module: its bytes, arguments, environment and open folders. */
  runWasi,
  runSdk,
  /** The app's runtime without the app. */
  connectRuntime: () => connectRuntime().call,
  runCase: (record: CaseRecord) => (outside ??= new Runner({ helpers: {} })).run(record),
});

const query = new URLSearchParams(location.search);
const cases = query.get("cases");
if (cases !== null)
  runFile(cases, query.get("filter")).catch((error: Error) => {
    element("status").textContent = `could not run: ${error.message}`;
  });
