// A real Chromium for tests and conformance: Debian's `chromium`, driven by playwright-core.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser's executable: SHADOWBOX_CHROMIUM, else where Debian puts it. Throws where there is none. */
export function chromiumPath() {
  const path = process.env.SHADOWBOX_CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (path === undefined)
    throw new Error(
      "find Chromium: expected one in /usr/bin; install Debian's package `chromium` or set SHADOWBOX_CHROMIUM",
    );
  return path;
}

/** Starts a browser with a fresh profile. */
export function launchChromium() {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

/** Starts a browser whose profile is kept in `folder`. */
export function launchProfile(folder, options = {}) {
  return chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath(),
    args: FLAGS,
    ...options,
  });
}
