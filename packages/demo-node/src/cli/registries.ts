import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  checkTrustRoot,
  LIMITS,
  type Lock,
  parseLock,
  parseSeen,
  type Seen,
  type TrustRoot,
  writeSeen,
} from "@shadowbox/bundle";
import { writeWhole } from "@shadowbox/bundle/node";
import { CliError, EXIT } from "./errors.ts";
import { registryShelf as shelf } from "./options.ts";

/** A registry that the user added: its verified copy, whom they trust, and where news comes from. */
export interface Added {
  readonly folder: string;
  readonly trust: TrustRoot;
  readonly address: string;
  readonly seen: Seen | undefined;
}

/** The registries that the user added, by name. Throws BundleError `invalid` for settings that are none. */
export function addedRegistries(): Added[] {
  if (!existsSync(shelf())) return [];
  const names = readdirSync(shelf()).filter((name) => existsSync(join(shelf(), name, "added.json")));
  return names.sort().map((name) => {
    const folder = join(shelf(), name);
    const { trust, address } = readAdded(join(folder, "added.json"));
    const seenFile = join(folder, "seen.json");
    const seen = existsSync(seenFile) ? parseSeen(readFileSync(seenFile, "utf8"))[name] : undefined;
    return { folder: join(folder, "registry"), trust: checkTrustRoot(trust), address, seen };
  });
}

function readAdded(file: string): Pick<Added, "trust" | "address"> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Added;
  } catch (error) {
    throw new CliError(`${file}: ${(error as Error).message}; remove it, and add the registry again`);
  }
}

/** Milliseconds for which another process may change the registries: a download. */
const PATIENCE_MS = 600_000;

/** Runs it while no other process changes what was added. Throws CliError when another one does for too long. */
export async function exclusively<T>(action: () => Promise<T>): Promise<T> {
  mkdirSync(shelf(), { recursive: true, mode: 0o700 });
  const file = join(shelf(), "busy");
  const until = Date.now() + PATIENCE_MS;
  for (let told = false; !claim(file); ) {
    const holder = Number(readIfThere(file));
    if (holder > 0 ? !isAlive(holder) : isOld(file)) rmSync(file, { force: true });
    else if (Date.now() > until)
      throw new CliError(`${file}: process ${holder} has not finished; try again later`);
    else {
      if (!told) process.stderr.write(`shadowbox: waiting for process ${holder}, which changes registries\n`);
      told = true;
      await new Promise((resume) => setTimeout(resume, 200));
    }
  }
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}

function claim(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Whether who made it has not said for ten seconds who it is: it was killed before. */
function isOld(file: string): boolean {
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts !== undefined && facts.mtimeMs < Date.now() - 10_000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The place for a registry's copy, made if it is not there. */
export function placeOf(trust: TrustRoot): string {
  const folder = join(shelf(), trust.name, "registry");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Remembers a registry, and the newest of it that was seen. */
export function remember(trust: TrustRoot, address: string, seen: Seen): void {
  const folder = join(shelf(), trust.name);
  const write = (name: string, text: string) => writeWhole(join(folder, name), Buffer.from(text), 0o600);
  write("seen.json", writeSeen({ [trust.name]: seen }));
  write("added.json", `${JSON.stringify({ trust, address })}\n`);
}

/** Removes a registry's copy; what was seen of it stays, so that it cannot be rolled back by adding it anew. */
export function forget(trust: TrustRoot): void {
  rmSync(join(shelf(), trust.name, "added.json"), { force: true });
  rmSync(join(shelf(), trust.name, "registry"), { recursive: true, force: true });
}

/** What was seen of a registry that may have been removed. */
export function seenOf(name: string): Seen | undefined {
  const file = join(shelf(), name, "seen.json");
  return existsSync(file) ? parseSeen(readFileSync(file, "utf8"))[name] : undefined;
}

/** A project's lock file. Throws BundleError `lock` for one that is none. */
export function readLockFile(file: string): Lock {
  const { size } = statSync(file);
  if (size > LIMITS.lockBytes)
    throw new CliError(`${file}: expected a lock file of at most ${LIMITS.lockBytes} bytes, got ${size}`);
  return parseLock(readFileSync(file, "utf8"));
}

/** A trust root from a file, as `registry init` prints it. Throws CliError, BundleError `invalid`. */
export function trustFromFile(file: unknown): TrustRoot {
  if (typeof file !== "string")
    throw new CliError("expected --trust FILE, a trust root as `registry init` prints it", EXIT.USAGE);
  try {
    return checkTrustRoot(JSON.parse(readFileSync(file, "utf8")) as TrustRoot);
  } catch (error) {
    throw new CliError(`--trust: read ${file}: ${(error as Error).message}`, EXIT.USAGE);
  }
}
