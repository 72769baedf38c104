import { useState } from "preact/hooks";

const PREFIX = "shadowbox-view:";

/** What this tab shows is kept by the browser, for when the page is loaded again; it belongs to one project and goes with the tab. */
export function keepViewOf(state: string): void {
  if (recall("state") === state) return;
  for (const name of keptNames()) sessionStorage.removeItem(name);
  keep("state", state);
}

export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is full or closed to the page: a reload begins anew.
  }
}

export function recall<T>(name: string): T | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** As useState(); a reload of this tab does not forget it. */
export function useKept<T>(name: string, initial: T): [value: T, set: (value: T) => void] {
  const [value, setValue] = useState<T>(() => recall<T>(name) ?? initial);
  const set = (next: T) => {
    keep(name, next);
    setValue(() => next);
  };
  return [value, set];
}

function keptNames(): string[] {
  try {
    return Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}
