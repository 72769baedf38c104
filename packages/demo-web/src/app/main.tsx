import { render } from "preact";
import type { ConnectedRuntime } from "../runtime/client.ts";
import type { Opened } from "../runtime/protocol.ts";
import { App } from "./app.tsx";
import { MISSING, type Missing } from "./isolation.ts";

/** Renders the app around a runtime that is being opened. */
export function showApp(place: HTMLElement, runtime: ConnectedRuntime, opened: Promise<Opened>): void {
  void navigator.storage.persist?.();
  render(<App runtime={runtime} opened={opened} />, place);
}

/** Says what keeps the page from running programs. */
export function showMissing(place: HTMLElement, missing: Missing): void {
  render(
    <main class="notice">
      <h1>Shadowbox cannot start here</h1>
      <p role="alert">{MISSING[missing]}</p>
    </main>,
    place,
  );
}
