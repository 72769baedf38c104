import type { Sandbox, Selection } from "@shadowbox/sandbox/node";
import { commitTaken, discardHere } from "./commit.ts";
import type { Display } from "./display.ts";
import { editHere } from "./editor.ts";
import { type Part, ReviewModel } from "./model.ts";
import { type DiffRows, drawScreen, HELP, panesOf, rowsOf } from "./screen.ts";
import { clamp, type Screen, settle } from "./state.ts";
import { harmless, type Line } from "./text.ts";

/** A commit that the person made in a review. */
export interface Reviewed {
  /** Numbers of the commits, and the paths they wrote. */
  commits: { id: string; paths: string[] }[];
}

export interface ReviewOptions {
  /** What to review, default everything. */
  paths?: readonly Selection[];
  /** Shown at the top. */
  title: string;
}

/** Lets a person go through the changes at a terminal until they quit. */
export async function reviewChanges(
  box: Sandbox,
  display: Display,
  options: ReviewOptions,
): Promise<Reviewed> {
  const session = new ReviewSession(box, display, options);
  display.enter();
  try {
    await session.run();
  } finally {
    display.leave();
  }
  return { commits: session.commits };
}

/** One review: the keys and what they do. */
export class ReviewSession {
  readonly box: Sandbox;
  readonly display: Display;
  readonly model: ReviewModel;
  readonly screen: Screen;
  readonly commits: Reviewed["commits"] = [];
  readonly #options: ReviewOptions;

  constructor(box: Sandbox, display: Display, options: ReviewOptions) {
    this.box = box;
    this.display = display;
    this.#options = options;
    this.model = new ReviewModel(this.#listed(), (path) => {
      const [change] = box.review([path]).filter((one) => one.path === path);
      if (change === undefined) throw new Error(`review "${path}": it is not in the change set any more`);
      return change;
    });
    this.screen = {
      ...{ ...display.size, focus: "files", file: 0, part: 0, scroll: 0 },
      ...{ sideBySide: false, filter: "" },
    };
  }

  #listed() {
    const { paths } = this.#options;
    try {
      return this.box.changes(paths).changes;
    } catch (error) {
      // All of it was committed.
      if ((error as { code?: string }).code === "invalid" && this.model !== undefined) return [];
      throw error;
    }
  }

  async run(): Promise<void> {
    for (;;) {
      this.draw();
      const key = await this.display.key();
      if (this.screen.page !== undefined) {
        this.#turnPage(key);
        continue;
      }
      delete this.screen.message;
      if (key === "q" || key === "ctrl-c") return;
      try {
        await KEYS[key]?.(this);
      } catch (error) {
        this.screen.message = (error as Error).message;
      }
    }
  }

  draw(): void {
    Object.assign(this.screen, this.display.size);
    settle(this.screen, this.model);
    const { count } = this.diff();
    this.screen.scroll = clamp(this.screen.scroll, Math.max(1, count - this.diffHeight + 1));
    this.display.draw(drawScreen(this.model, this.screen, this.#options.title));
  }

  /** The change set is another now. */
  reload(): void {
    this.model.reset(this.#listed());
    settle(this.screen, this.model);
  }

  get path(): string | undefined {
    return this.model.files[this.screen.file]?.path;
  }

  /** The part at the cursor, when the cursor is in the diff. */
  get part(): Part | undefined {
    if (this.screen.focus !== "diff" || this.path === undefined) return undefined;
    return this.model.parts(this.path)[this.screen.part];
  }

  get diffHeight(): number {
    return panesOf(this.screen, this.model.files.length).diffRows;
  }

  /** The shown diff: its rows, and where each part is. */
  diff(): Pick<DiffRows, "count" | "parts"> {
    const change = this.model.files[this.screen.file];
    if (change === undefined) return { count: 0, parts: [] };
    const { diffWidth } = panesOf(this.screen, this.model.files.length);
    return rowsOf(this.model, change, this.screen, diffWidth);
  }

  /** Asks for one key; the answer in small letters. */
  async ask(label: string): Promise<string> {
    this.screen.prompt = { label, text: "" };
    try {
      for (;;) {
        this.draw();
        const key = await this.display.key();
        if (key !== "redraw") return key.toLowerCase();
      }
    } finally {
      delete this.screen.prompt;
    }
  }

  /** Asks for a line; each key is told to `typed`. Undefined: escape. */
  async askLine(label: string, typed: (text: string) => void): Promise<string | undefined> {
    let text = "";
    try {
      for (;;) {
        this.screen.prompt = { label, text };
        this.draw();
        const key = await this.display.key();
        if (key === "enter") return text;
        if (key === "escape" || key === "ctrl-c") return undefined;
        if (key === "backspace") text = [...text].slice(0, -1).join("");
        else if (key === "space") text += " ";
        else if ([...key].length === 1) text += key;
        typed(text);
      }
    } finally {
      delete this.screen.prompt;
    }
  }

  /** Shows lines over the whole screen, from line `at` on. */
  page(title: string, lines: readonly Line[], at = 0): void {
    this.screen.page = { title, lines, scroll: clamp(at, Math.max(1, lines.length - this.screen.rows + 3)) };
  }

  #turnPage(key: string): void {
    const page = this.screen.page as NonNullable<Screen["page"]>;
    const step = PAGE_STEPS[key]?.(Math.max(1, this.screen.rows - 3));
    if (step !== undefined)
      page.scroll = clamp(page.scroll + step, Math.max(1, page.lines.length - this.screen.rows + 3));
    else if (key !== "redraw") delete this.screen.page;
  }

  moveFile(step: number): void {
    this.screen.file = clamp(this.screen.file + step, this.model.files.length);
    this.screen.part = 0;
    this.screen.scroll = 0;
  }

  /** On to the next part, or through a long one first. */
  movePart(step: 1 | -1): void {
    const { parts } = this.diff();
    const here = parts[this.screen.part];
    if (here === undefined) return;
    const end = this.screen.scroll + this.diffHeight;
    if (step > 0 && here.to > end) this.screen.scroll += Math.min(LONG_STEP, here.to - end);
    else if (step < 0 && here.from < this.screen.scroll)
      this.screen.scroll -= Math.min(LONG_STEP, this.screen.scroll - here.from);
    else this.showPart(this.screen.part + step);
  }

  /** Puts the cursor on a part and the part on the screen. */
  showPart(number: number): void {
    const { parts } = this.diff();
    this.screen.part = clamp(number, parts.length);
    const here = parts[this.screen.part];
    if (here === undefined) return;
    const height = this.diffHeight;
    if (here.from < this.screen.scroll || here.to > this.screen.scroll + height)
      this.screen.scroll = Math.max(0, here.to - here.from >= height ? here.from : here.to - height);
  }

  toggle(): void {
    const { path, part } = this;
    if (path === undefined) return;
    if (part === undefined) this.model.toggleFile(path);
    else this.model.togglePart(path, part);
  }

  split(): void {
    const { path, part } = this;
    if (path === undefined || part === undefined)
      this.screen.message = "split: go into the diff first (enter)";
    else if (!this.model.read(path).partial) this.screen.message = "split: this file can only be taken whole";
    else if (!this.model.split(path, part)) this.screen.message = "split: this hunk is a single change";
    else this.showPart(this.screen.part);
  }

  blame(): void {
    const { path } = this;
    if (path === undefined) return;
    const lines = this.box.blame(path).map(({ text, snapshot }, i): Line => {
      const who = snapshot
        ? `${snapshot.id} ${snapshot.time.slice(11, 19)} ${snapshot.script ?? snapshot.operation}`
        : "";
      const head = harmless((who.split("\n")[0] as string).slice(0, 28))
        .slice(0, 28)
        .padEnd(28);
      const line = harmless(Buffer.from(text).toString().replace(/\n$/, ""));
      return [
        { text: ` ${head} ${String(i + 1).padStart(4)} `, look: "dim" },
        { text: line, look: snapshot ? "added" : "plain" },
      ];
    });
    this.page(`blame ${path}: call, time, script`, lines, (this.part?.newStart ?? 1) - 1);
  }

  async filter(): Promise<void> {
    const before = this.screen.filter;
    const apply = (text: string) => {
      this.screen.filter = text;
      this.model.filter(filterOf(text, this.box));
      this.moveFile(-this.screen.file);
    };
    const text = await this.askLine("/", apply);
    if (text === undefined) apply(before);
  }
}

/** Lines by which a part that is longer than the screen goes by. */
const LONG_STEP = 5;

const PAGE_STEPS: Readonly<Record<string, (height: number) => number>> = {
  up: () => -1,
  k: () => -1,
  down: () => 1,
  j: () => 1,
  pageup: (height) => -height,
  pagedown: (height) => height,
  space: (height) => height,
  home: () => -1e9,
  end: () => 1e9,
};

/** Every word must be part of the path; `call:N` lets through what call N touched, `session:ID` what that session's calls did. */
function filterOf(text: string, box: Sandbox): (change: { path: string; from?: string }) => boolean {
  const tests = text.split(/\s+/).map((word) => {
    const [, key, value = ""] = /^(call|session):(.+)$/.exec(word) ?? [];
    if (key === undefined) return (path: string) => path.toLowerCase().includes(word.toLowerCase());
    const wanted = box
      .snapshots()
      .filter(({ id, session }) => (key === "call" ? `${id}` : session) === value);
    const paths = new Set(wanted.flatMap((snapshot) => snapshot.paths));
    return (path: string) => paths.has(path);
  });
  return ({ path, from }) => tests.every((test) => test(path) || (from !== undefined && test(from)));
}

type Action = (session: ReviewSession) => void | Promise<void>;

const down: Action = (session) =>
  session.screen.focus === "files" ? session.moveFile(1) : session.movePart(1);
const up: Action = (session) =>
  session.screen.focus === "files" ? session.moveFile(-1) : session.movePart(-1);
const into: Action = (session) => {
  if (session.path === undefined) return;
  session.screen.focus = "diff";
  session.showPart(session.screen.part);
};
const back: Action = (session) => {
  session.screen.focus = "files";
};
const scroll =
  (pages: number): Action =>
  (session) => {
    session.screen.scroll = Math.max(0, session.screen.scroll + pages * Math.max(1, session.diffHeight - 2));
    const { parts } = session.diff();
    const first = parts.findIndex(({ to }) => to > session.screen.scroll);
    if (first >= 0) session.screen.part = first;
  };

const KEYS: Readonly<Record<string, Action>> = {
  ...{ down, j: down, up, k: up, enter: into, right: into, l: into, left: back, h: back, escape: back },
  tab: (session) => (session.screen.focus === "files" ? into(session) : back(session)),
  J: (session) => session.moveFile(1),
  K: (session) => session.moveFile(-1),
  ...{ pagedown: scroll(1), pageup: scroll(-1), home: scroll(-1e6), end: scroll(1e6) },
  space: (session) => session.toggle(),
  a: (session) => session.model.setAll("all"),
  n: (session) => session.model.setAll("none"),
  s: (session) => session.split(),
  e: editHere,
  d: discardHere,
  u: (session) => {
    session.screen.sideBySide = !session.screen.sideBySide;
    session.showPart(session.screen.part);
  },
  b: (session) => session.blame(),
  "/": (session) => session.filter(),
  "?": (session) => session.page("keys", HELP),
  c: commitTaken,
  redraw: (session) => session.display.forget(),
};
