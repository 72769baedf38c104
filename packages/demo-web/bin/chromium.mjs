// A real Chromium for tests and conformance: Debian's `chromium`, driven by playwright-core.
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

/**
 * Starts a browser whose profile is kept in `folder`, to be killed as a power cut would: all its processes at once. One that does not
 * answer is killed and started again.
 */
export async function launchProfile(folder) {
  for (let tries = 1; ; tries++) {
    const started = await startProfile(folder);
    try {
      return await connect(started);
    } catch (error) {
      await started.kill();
      if (tries === 3) throw error;
    }
  }
}

async function startProfile(folder) {
  const portFile = join(folder, "DevToolsActivePort");
  rmSync(portFile, { force: true });
  const args = [
    ...FLAGS,
    "--headless",
    "--remote-debugging-port=0",
    "--no-first-run",
    `--user-data-dir=${folder}`,
  ];
  const child = spawn(chromiumPath(), args, { stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const kill = async () => {
    process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  return { portFile, kill };
}

async function connect({ portFile, kill }) {
  let port;
  for (let tries = 0; port === undefined && tries < 800; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    port = /^(\d+)\n/.exec(await readFile(portFile, "utf8").catch(() => ""))?.[1];
  }
  if (port === undefined) throw new Error("start Chromium: it opened no debugging port in 40 s");
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 40_000 });
  return {
    context: browser.contexts()[0],
    kill: async () => {
      await kill();
      await browser.close().catch(() => {});
    },
  };
}
