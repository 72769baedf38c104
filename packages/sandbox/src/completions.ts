import type { Sandbox } from "./types.ts";

type Known = Pick<Sandbox, "fs" | "commands">;

/** Words of the shell itself that stand where a command does. */
const SHELL_WORDS = (
  "alias bg bind break builtin caller case cd command compgen complete continue coproc declare dirs disown do done elif else " +
  "enable esac eval exec exit export fc fg fi for function getopts hash help history if jobs kill let local logout mapfile popd " +
  "pushd read readarray readonly return select set shift shopt source suspend then time times trap type typeset ulimit umask " +
  "unalias unset until wait while"
).split(" ");

/** After these a command follows, not an argument. */
const BEFORE_COMMAND =
  /(?:^|[;&|(`{!]|\b(?:do|then|else|elif|if|while|until|time|exec|command|xargs|sudo|env))\s*$/;

/** Whole lines that a beginning may become: for the last word the commands of the box, or its paths from `cwd` on. For prompts. */
export function completions(box: Known, line: string, cwd: string): string[] {
  const head = line.slice(0, line.search(/(?:\\.|[^\s\\;&|()<>`"'=])*$/));
  const word = line.slice(head.length);
  const isCommand = BEFORE_COMMAND.test(head) && !word.includes("/");
  const names = isCommand ? commandNames(box) : pathsAt(box, word, cwd);
  return names.filter((name) => name.startsWith(word)).map((name) => head + name);
}

function commandNames(box: Known): string[] {
  return [...new Set([...box.commands().keys(), ...SHELL_WORDS])].sort();
}

/** What is in the folder of a word, folders with a slash behind them, written so that the shell takes each for one word. */
function pathsAt(box: Known, word: string, cwd: string): string[] {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  const plain = folder.replace(/\\(.)/g, "$1").replace(/^~\//, "/home/user/");
  const from = plain.startsWith("/") ? plain : `${cwd}/${plain}`;
  const hidden = word.slice(folder.length).startsWith(".");
  try {
    return box.fs
      .readdir(from)
      .filter((name) => hidden || !name.startsWith("."))
      .map((name) => folder + quoted(name) + (isFolder(box, `${from}/${name}`) ? "/" : ""));
  } catch {
    return [];
  }
}

function quoted(name: string): string {
  return name.replace(/[\s\\"'`$&|;()<>*?[\]{}!#~]/g, "\\$&");
}

const FILE_TYPE = 0o170000;
const FOLDER = 0o040000;

function isFolder(box: Known, path: string): boolean {
  try {
    return (box.fs.stat(path).mode & FILE_TYPE) === FOLDER;
  } catch {
    return false;
  }
}
