import type { ReviewModel } from "./model.ts";
import type { Line } from "./text.ts";

/** Where the person is: nothing here is kept, and all of it may be out of range after the model changed ({@link settle}). */
export interface Screen {
  columns: number;
  rows: number;
  focus: "files" | "diff";
  /** Number of the file among those listed. */
  file: number;
  /** Number of the part in the file. */
  part: number;
  /** First row of the diff that is shown. */
  scroll: number;
  /** Old and new beside each other. */
  sideBySide: boolean;
  filter: string;
  /** Shown instead of the keys, until the next key. */
  message?: string;
  /** A question at the bottom, with what was typed so far. */
  prompt?: { label: string; text: string };
  /** Lines over the whole screen instead: help, blame. */
  page?: { title: string; lines: readonly Line[]; scroll: number };
}

/** Brings the cursor back to what is there. */
export function settle(screen: Screen, model: ReviewModel): void {
  const { files } = model;
  screen.file = clamp(screen.file, files.length);
  const path = files[screen.file]?.path;
  screen.part = path === undefined ? 0 : clamp(screen.part, model.parts(path).length);
}

export function clamp(number: number, count: number): number {
  return Math.max(0, Math.min(number, count - 1));
}
