import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, ftruncateSync, lstatSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The folder of a mailbox, with its two files open. */
export interface MailboxFolder {
  readonly path: string;
  readonly requestPath: string;
  readonly request: number;
  readonly reply: number;
}

/**
 * Folders for mailboxes: one that a program has had serves again when the program is no more. Their files stay open and are
 * never opened by name again, since a program may put a link of its own where a name was.
 */
export class MailboxFolders {
  readonly #parent: string;
  readonly #free: MailboxFolder[] = [];

  /** `parent` is private to this process and goes with everything in it. */
  constructor(parent: string) {
    this.#parent = parent;
  }

  take(): MailboxFolder {
    return this.#free.pop() ?? this.#make();
  }

  #make(): MailboxFolder {
    const path = join(this.#parent, randomUUID());
    mkdirSync(path, { mode: 0o700 });
    const requestPath = join(path, "request");
    const request = openSync(requestPath, "wx+", 0o600);
    return { path, requestPath, request, reply: openSync(join(path, "reply"), "wx+", 0o600) };
  }

  /** Takes a folder back that nobody has any more. One whose files the program replaced is not used again. */
  give(folder: MailboxFolder): void {
    if (!isWhole(folder)) {
      this.discard(folder);
      return;
    }
    wipe(folder.request);
    wipe(folder.reply);
    this.#free.push(folder);
  }

  /** Lets go of a folder that somebody may still have. */
  discard({ request, reply }: MailboxFolder): void {
    closeSync(request);
    closeSync(reply);
  }

  close(): void {
    for (const folder of this.#free.splice(0)) this.discard(folder);
  }
}

/** Bytes up to which a file is overwritten: where much is written, cutting a file costs a millisecond. */
const WIPED = 65536;

/** Leaves nothing of what was in a file for the next program. */
function wipe(fd: number): void {
  const { size } = fstatSync(fd);
  if (size > WIPED) ftruncateSync(fd);
  else writeSync(fd, new Uint8Array(size), 0, size, 0);
}

/** Whether the names still lead to the files that were made for them. */
function isWhole({ path, requestPath, request, reply }: MailboxFolder): boolean {
  const files: readonly (readonly [string, number])[] = [
    [requestPath, request],
    [join(path, "reply"), reply],
  ];
  return files.every(([name, fd]) => {
    const found = lstatSync(name, { throwIfNoEntry: false });
    return found !== undefined && found.ino === fstatSync(fd).ino;
  });
}
