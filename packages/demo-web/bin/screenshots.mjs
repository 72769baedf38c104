// Pictures of the app's states in both themes, for docs/images: `node packages/demo-web/bin/screenshots.mjs [--only NAME] [--out FOLDER]`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { builtSite } from "./built.mjs";
import { launchChromium } from "./chromium.mjs";
import { serveSite } from "./site.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
/** For what a busy machine takes. */
const PATIENCE_MS = 120_000;

const tab = (page, name) => page.getByRole("tab", { name }).click();

async function type(page, line) {
  await page.locator(".console").click();
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

async function sample(page) {
  await page.getByRole("button", { name: /Try the sample/ }).click();
  await page.getByRole("button", { name: "Run it" }).waitFor();
}

/** The sample with the guide's two commands run. */
async function guided(page) {
  await sample(page);
  await page.getByRole("button", { name: "Run it" }).click();
  await page.locator(".guide .done").first().waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Run it" }).click();
  await page.locator(".change").nth(1).waitFor();
}

async function asked(page) {
  await guided(page);
  await type(page, "curl -s https://example.org/");
  await page.getByRole("alertdialog").waitFor();
}

async function refused(page) {
  await asked(page);
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByText("[status 7]").first().waitFor();
}

async function demo(page) {
  await guided(page);
  await tab(page, "Agent");
  await page.getByRole("button", { name: "Play the demo" }).click();
  await page.getByRole("alertdialog").waitFor();
}

async function demoDone(page) {
  await demo(page);
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByText("NOTES.md is ready").waitFor();
  await page.locator(".call summary").nth(2).click();
}

/** State of the app → how a person gets there. */
const STATES = {
  start: { go: async (page) => page.getByRole("button", { name: /Try the sample/ }).waitFor() },
  review: {
    go: async (page) => {
      await guided(page);
      await page.locator(".change").last().click();
      await page.locator(".patch figure").first().waitFor();
    },
  },
  empty: { go: async (page) => page.getByRole("button", { name: /Start empty/ }).click() },
  files: {
    go: async (page) => {
      await guided(page);
      await tab(page, "Files");
    },
  },
  editor: {
    go: async (page) => {
      await guided(page);
      await tab(page, "Files");
      await page.getByRole("button", { name: /count.py/ }).click();
      await page.locator(".editor .cm-content").first().waitFor();
    },
  },
  question: { go: asked },
  network: {
    go: async (page) => {
      await refused(page);
      await tab(page, "Network");
    },
  },
  agent: { go: demoDone },
  "agent-question": { go: demo },
  timeline: {
    go: async (page) => {
      await demoDone(page);
      await tab(page, "Timeline");
      await page.getByRole("button", { name: "Changes" }).last().click();
    },
  },
  bundles: {
    go: async (page) => {
      await sample(page);
      await tab(page, "Bundles");
    },
  },
  settings: {
    go: async (page) => {
      await sample(page);
      await tab(page, "Settings");
      await page.getByLabel("Provider").selectOption("openai-compatible");
    },
  },
  // A command of several lines, and names to choose from.
  terminal: {
    go: async (page) => {
      await sample(page);
      await page.getByRole("button", { name: "Hide the guide" }).click();
      await type(page, "for file in *; do");
      await type(page, 'echo "$file: $(wc -l < "$file") lines"');
      await type(page, "done");
      await page.getByText("test.sh: 3 lines").first().waitFor();
      await page.keyboard.type("sha");
      await page.keyboard.press("Tab");
    },
  },
  follower: {
    go: async (page) => {
      await guided(page);
      const second = await page.context().newPage();
      second.setDefaultTimeout(PATIENCE_MS);
      await second.goto(page.url());
      await second.locator(".following").waitFor();
      await second.locator(".change").nth(1).waitFor();
      return second;
    },
  },
  problem: {
    go: async (page) => {
      await guided(page);
      await page.getByRole("button", { name: "New project" }).click();
      const archive = { name: "notes.zip", mimeType: "application/zip", buffer: Buffer.from("no archive") };
      await page.locator("input[type=file]").setInputFiles(archive);
      await page.getByRole("alert").waitFor();
    },
  },
  missing: {
    bare: true,
    go: async (page) => page.getByText("Shadowbox cannot start here").waitFor(),
  },
  "narrow-start": {
    go: async (page) => page.getByRole("button", { name: /Try the sample/ }).waitFor(),
    size: NARROW,
  },
  "narrow-review": {
    go: async (page) => {
      await guided(page);
      await page.locator(".change").last().click();
      await page.locator(".patch figure").first().waitFor();
    },
    size: NARROW,
  },
  "narrow-agent": { go: demo, size: NARROW },
};

const { values } = parseArgs({ options: { only: { type: "string" }, out: { type: "string" } } });
const out = values.out ?? at("../../../docs/images");
mkdirSync(out, { recursive: true });
const site = await serveSite(await builtSite());
const bareSite = await serveSite(await builtSite(), { isolation: false });
const browser = await launchChromium();
for (const [name, { go, size = WIDE, bare = false }] of Object.entries(STATES)) {
  if (values.only !== undefined && !values.only.split(",").includes(name)) continue;
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({
      ...{ colorScheme, viewport: size, reducedMotion: "reduce" },
      serviceWorkers: bare ? "block" : "allow",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => console.error(`${name}: ${error.message}`));
    page.on("console", (said) => said.type() === "error" && console.error(`${name}: ${said.text()}`));
    await page.goto((bare ? bareSite : site).address);
    const shown = (await go(page)) ?? page;
    await shown.waitForTimeout(400);
    const devtools = await context.newCDPSession(shown);
    const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 72 });
    writeFileSync(join(out, `web-${name}-${colorScheme}.webp`), Buffer.from(data, "base64"));
    await context.close();
  }
}
await browser.close();
await site.close();
await bareSite.close();
