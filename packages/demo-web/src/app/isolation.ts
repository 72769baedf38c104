/** What keeps this page from running programs; undefined when nothing does. */
export type Missing = "reloading" | "secure-context" | "isolation" | "storage";

/** A service worker is ready by then, or never, milliseconds. */
const READY_MS = 10_000;

/**
 * Makes the page cross-origin isolated: by the server's headers, else by a service worker of ours that adds them, which takes one
 * reload.
 */
export async function prepareIsolation(): Promise<Missing | undefined> {
  if (!isSecureContext) return "secure-context";
  const worker = navigator.serviceWorker;
  if (crossOriginIsolated)
    return typeof navigator.storage?.getDirectory === "function" ? undefined : "storage";
  if (worker === undefined || sessionStorage.getItem("isolation") === "tried") return "isolation";
  sessionStorage.setItem("isolation", "tried");
  try {
    await worker.register("./isolation.js");
    await Promise.race([worker.ready, expire()]);
  } catch {
    return "isolation";
  }
  location.reload();
  return "reloading";
}

/** A worker that cannot be installed is never ready, and nobody is told. */
const expire = () => new Promise<never>((_, fail) => setTimeout(fail, READY_MS));

/** Has the service worker keep the site's files, for use without a network. */
export function keepForOffline(): void {
  void navigator.serviceWorker?.register("./isolation.js").catch(() => {});
}

export const MISSING: Readonly<Record<Missing, string>> = {
  reloading: "One moment: the page reloads once to get its isolation headers.",
  "secure-context":
    "This page must come over https or from localhost: browsers allow shared memory only there.",
  isolation:
    "This page is not cross-origin isolated, so programs cannot run in it. The server must send " +
    "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; a private window may also forbid our service worker, which adds them.",
  storage:
    "This browser gives the page no private file system, so nothing could be kept. Leave private browsing or use a newer browser.",
};
