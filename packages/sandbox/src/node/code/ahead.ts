// Built as ahead.cjs beside shell-worker.cjs: a command that is about to run a script asks for the shell's thread first.
import { pathToFileURL } from "node:url";
import { startShellAhead } from "@shadowbox/wasi/thread";

startShellAhead(pathToFileURL(`${__dirname}/shell-worker.cjs`));
