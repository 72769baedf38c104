import { render } from "preact";
import { App } from "./app.tsx";
import { MISSING, prepareIsolation } from "./isolation.ts";

const place = document.getElementById("app") as HTMLElement;
const missing = await prepareIsolation();
if (missing === undefined) {
  void navigator.storage.persist?.();
  render(<App />, place);
} else {
  render(
    <main class="notice">
      <h1>Shadowbox cannot start here</h1>
      <p role="alert">{MISSING[missing]}</p>
    </main>,
    place,
  );
}
