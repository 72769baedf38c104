import type { FunctionDefinition } from "../parse/ast.ts";
import { defaultSetOptions, defaultShopts, type SetOptions, type Shopts } from "./options.ts";

/** A function as it was defined. */
export interface ShellFunction {
  name: string;
  definition: FunctionDefinition;
  /** The file it was read from, for BASH_SOURCE. */
  source: string;
  line: number;
  exported: boolean;
  readonly: boolean;
  traced: boolean;
}

/** A running function, sourced file or the script itself; the innermost is last. */
export interface Frame {
  kind: "main" | "function" | "source";
  name: string;
  source: string;
  /** For BASH_ARGV: of the script, and under `extdebug` of functions and sourced files. */
  args?: string[] | undefined;
  /** Line of the call in the caller. */
  callLine: number;
}

/** A map that is copied at the first change after it was shared with a subshell. */
export class SharedMap<K, V> {
  #map: Map<K, V>;
  #shared = false;

  constructor(entries: Iterable<[K, V]> = []) {
    this.#map = new Map(entries);
  }

  get read(): ReadonlyMap<K, V> {
    return this.#map;
  }

  get write(): Map<K, V> {
    if (this.#shared) {
      this.#map = new Map(this.#map);
      this.#shared = false;
    }
    return this.#map;
  }

  /** The map as it is; the next change makes a copy. */
  share(): Map<K, V> {
    this.#shared = true;
    return this.#map;
  }

  restore(map: Map<K, V>): void {
    this.#map = map;
    this.#shared = true;
  }
}

/** What a subshell may change besides variables, descriptors and directory. */
interface Saved {
  fields: Fields;
  set: SetOptions;
  shopt: Shopts;
  frames: number;
  functions: Map<string, ShellFunction>;
  aliases: Map<string, string>;
  traps: Map<string, string>;
  hash: Map<string, HashedCommand>;
}

/** An entry of the table that `hash` shows. */
export interface HashedCommand {
  readonly path: string;
  readonly hits: number;
}

interface Fields {
  positional: string[];
  lastStatus: number;
  pipeStatus: number[];
  lastArgument: string;
  lastBackground: number | undefined;
  loopDepth: number;
  cwd: string;
  dirStack: string[];
  subshellDepth: number;
  conditionDepth: number;
  line: number;
  trapDepth: number;
  restricted: boolean;
  shellPid: number;
  secondsBase: number;
  randomSeed: number;
  substitutionStatus: number | undefined;
}

export class ShellState {
  set: SetOptions = defaultSetOptions();
  shopt: Shopts = defaultShopts();
  argv0 = "bash";
  /** How the shell was started, for `$-`: `c`, `s` or nothing. */
  how = "";
  frames: Frame[] = [];
  readonly functions = new SharedMap<string, ShellFunction>();
  readonly aliases = new SharedMap<string, string>();
  /** By name without SIG: EXIT, ERR, DEBUG, RETURN, INT, … An empty text ignores. */
  readonly traps = new SharedMap<string, string>();
  readonly hash = new SharedMap<string, HashedCommand>();
  positional: string[] = [];
  lastStatus = 0;
  pipeStatus: number[] = [0];
  lastArgument = "";
  lastBackground: number | undefined;
  loopDepth = 0;
  /** Logical working directory (PWD as the shell knows it). */
  cwd = "/";
  /** Below the current directory, nearest first. */
  dirStack: string[] = [];
  subshellDepth = 0;
  /** > 0 where a failing command does not end the shell (`set -e`). */
  conditionDepth = 0;
  /** LINENO of the command that runs. */
  line = 0;
  trapDepth = 0;
  /** `set -r`, which nothing takes back. */
  restricted = false;
  /** `$$`. */
  shellPid = 0;
  /** Monotonic milliseconds when SECONDS was 0. */
  secondsBase = 0;
  randomSeed = 0;
  /** Status of the last command substitution of the command that is being expanded. */
  substitutionStatus: number | undefined;

  save(): Saved {
    return {
      fields: {
        positional: this.positional,
        lastStatus: this.lastStatus,
        pipeStatus: this.pipeStatus,
        lastArgument: this.lastArgument,
        lastBackground: this.lastBackground,
        loopDepth: this.loopDepth,
        cwd: this.cwd,
        dirStack: this.dirStack,
        subshellDepth: this.subshellDepth,
        conditionDepth: this.conditionDepth,
        line: this.line,
        trapDepth: this.trapDepth,
        restricted: this.restricted,
        shellPid: this.shellPid,
        secondsBase: this.secondsBase,
        randomSeed: this.randomSeed,
        substitutionStatus: this.substitutionStatus,
      },
      set: { ...this.set },
      shopt: { ...this.shopt },
      frames: this.frames.length,
      functions: this.functions.share(),
      aliases: this.aliases.share(),
      traps: this.traps.share(),
      hash: this.hash.share(),
    };
  }

  restore(saved: Saved): void {
    Object.assign(this, saved.fields);
    this.set = saved.set;
    this.shopt = saved.shopt;
    this.frames.length = saved.frames;
    this.functions.restore(saved.functions);
    this.aliases.restore(saved.aliases);
    this.traps.restore(saved.traps);
    this.hash.restore(saved.hash);
  }

  /** As plain data for a forked shell. */
  toPlain(): PlainState {
    const saved = this.save();
    return {
      ...saved,
      frames: this.frames.map((frame) => ({ ...frame })),
      argv0: this.argv0,
      how: this.how,
    };
  }

  fromPlain(plain: PlainState): void {
    this.restore({ ...plain, frames: 0 });
    this.frames = plain.frames;
    this.argv0 = plain.argv0;
    this.how = plain.how;
  }
}

export type SavedState = Saved;
export type PlainState = Omit<Saved, "frames"> & {
  frames: Frame[];
  argv0: string;
  how: string;
};
