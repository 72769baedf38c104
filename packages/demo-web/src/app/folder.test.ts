import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { builtSite } from "../../bin/built.mjs";
import { launchChromium } from "../../bin/chromium.mjs";
import { serveSite } from "../../bin/site.mjs";
import { changes, newPage, PATIENCE, type, watch } from "../node/testing.ts";

vi.setConfig(PATIENCE);

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;

beforeAll(async () => {
  site = await serveSite(await builtSite());
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test("a folder comes in, the accepted part of the edits goes back to it, and undo takes that back", async () => {
  const page = await newPage(browser);
  const bad = watch(page, site.address);
  await page.goto(site.address);
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}\n`);
  await page.evaluate(async (text) => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("mine", { create: true });
    const sub = await folder.getDirectoryHandle("sub", { create: true });
    for (const [dir, name] of [
      [folder, "notes"],
      [sub, "other"],
      [sub, "old"],
    ] as const) {
      const stream = await (await dir.getFileHandle(name, { create: true })).createWritable();
      await stream.write(text);
      await stream.close();
    }
    // What the picker gives, without the dialog that nobody could click here.
    Object.assign(globalThis, { showDirectoryPicker: async () => folder });
  }, lines.join(""));
  const files = () =>
    page.evaluate(async () => {
      const found: Record<string, string> = {};
      const visit = async (dir: FileSystemDirectoryHandle, at: string): Promise<void> => {
        for await (const [name, handle] of dir.entries())
          if (handle.kind === "directory") await visit(handle as FileSystemDirectoryHandle, `${at}${name}/`);
          else found[at + name] = await (await (handle as FileSystemFileHandle).getFile()).text();
      };
      await visit(await (await navigator.storage.getDirectory()).getDirectoryHandle("mine"), "");
      return found;
    });
  const before = await files();
  await page.getByRole("button", { name: /Open a folder/ }).click();
  await page.getByText("Folder mine is as committed").waitFor();
  await type(
    page,
    "{ head -n 1 notes; echo two; head -n 24 notes | tail -n 22; echo twenty-five; tail -n 5 notes; } > n && cat n > notes && rm n sub/old; echo new > sub/new",
  );
  await expect.poll(() => changes(page).allTextContents()).toEqual(["notes", "sub/new", "sub/old"]);
  expect(await files()).toEqual(before);
  await changes(page).first().click();
  await page.getByRole("button", { name: "Discard hunk" }).nth(1).click();
  await expect.poll(() => page.getByRole("button", { name: "Discard hunk" }).count()).toBe(1);
  await page.getByRole("button", { name: "Commit all 3" }).click();
  await page.getByRole("button", { name: "Undo the last commit" }).waitFor();
  const notes = lines.join("").replace("line 2\n", "two\n");
  expect(await files()).toEqual({ notes, "sub/other": before["sub/other"], "sub/new": "new\n" });
  await page.reload();
  await page.getByRole("button", { name: "Undo the last commit" }).click();
  await expect.poll(files).toEqual(before);
  expect(bad).toEqual([]);
});

test("what the user changed in the folder meanwhile is merged, or goes as the person says", async () => {
  const page = await newPage(browser);
  const bad = watch(page, site.address);
  await page.goto(site.address);
  const write = (files: Record<string, string>) =>
    page.evaluate(async (all) => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("mine", { create: true });
      for (const [name, content] of Object.entries(all)) {
        const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await stream.write(content);
        await stream.close();
      }
      Object.assign(globalThis, { showDirectoryPicker: async () => folder });
    }, files);
  const read = (name: string) =>
    page.evaluate(async (file) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("mine");
      return (await (await folder.getFileHandle(file)).getFile()).text();
    }, name);
  const lines = "1\n2\n3\n4\n5\n";
  await write({ merged: lines, touching: lines, boxes: lines, mine: lines, later: lines, same: lines });
  await page.getByRole("button", { name: /Open a folder/ }).click();
  await type(page, "sed -i s/1/one/ merged; for f in touching boxes mine later same; do echo box > $f; done");
  await expect.poll(() => changes(page).count()).toBe(6);
  await write({ merged: "1\n2\n3\n4\nfive\n", same: "box\n" });
  await write({ touching: "mine\n", boxes: "mine\n", mine: "mine\n", later: "mine\n" });
  await page.getByRole("button", { name: "Commit all 6" }).click();
  const answers = { boxes: "Take the box's", later: "Skip", merged: "Merge", mine: "Keep the folder's" };
  for (const [name, button] of Object.entries({ ...answers, touching: "Merge" })) {
    await page.getByRole("alertdialog").getByText(`${name} was changed in mine`).waitFor();
    await page.getByRole("alertdialog").getByRole("button", { name: button }).click();
  }
  await page.getByText("merged was merged with what mine has; touching: one place stands").waitFor();
  await expect.poll(() => changes(page).allTextContents()).toEqual(["later", "touching"]);
  await page.getByText("Folder mine is as committed").waitFor();
  const wanted = { merged: "one\n2\n3\n4\nfive\n", touching: "mine\n", boxes: "box\n", mine: "mine\n" };
  for (const [name, text] of Object.entries({ ...wanted, later: "mine\n", same: "box\n" }))
    expect(await read(name)).toBe(text);
  await type(page, "grep -c '<<<<<<< project' touching; cat mine; echo mended > touching");
  await page.getByRole("button", { name: "Commit all 2" }).click();
  await page.getByRole("alertdialog").getByText("later was changed in mine").waitFor();
  await page.getByRole("alertdialog").getByRole("button", { name: "Take the box's" }).click();
  await expect.poll(() => read("later")).toBe("box\n");
  await expect.poll(() => read("touching")).toBe("mended\n");
  expect(bad).toEqual([]);
});

test("what the user changed in the folder after a commit is not written over by its undo, unless the person says so", async () => {
  const page = await newPage(browser);
  await page.goto(site.address);
  const write = (text: string) =>
    page.evaluate(async (content) => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("mine", { create: true });
      const stream = await (await folder.getFileHandle("a", { create: true })).createWritable();
      await stream.write(content);
      await stream.close();
      Object.assign(globalThis, { showDirectoryPicker: async () => folder });
    }, text);
  const read = () =>
    page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("mine");
      return (await (await folder.getFileHandle("a")).getFile()).text();
    });
  await write("first\n");
  await page.getByRole("button", { name: /Open a folder/ }).click();
  await type(page, "echo box > a");
  await page.getByRole("button", { name: "Commit all 1" }).click();
  await expect.poll(read).toBe("box\n");
  await write("mine\n");
  await page.getByRole("button", { name: "Undo the last commit" }).click();
  await page.getByText("a changed there meanwhile").waitFor();
  expect(await read()).toBe("mine\n");
  const ask = page.getByRole("button", { name: "Write 1 to mine" });
  await ask.click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Skip" }).click();
  await page.getByText("a changed there meanwhile").waitFor();
  expect(await read()).toBe("mine\n");
  await ask.click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Keep the folder's" }).click();
  await page.getByText("Folder mine is as committed").waitFor();
  expect(await read()).toBe("mine\n");
  await expect.poll(() => changes(page).allTextContents()).toEqual(["a"]);
});
