import { spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { constants as os } from "node:os";
import { WasiError } from "../../errors.ts";
import { type Bounds, boundsOf, type Ended, type Launched, type Launcher, type Streams } from "./launcher.ts";

/** A child of this process that has one of its descriptors, with the offset, as input; `launcher` ends it if this process cannot. */
export function launchChild(
  launcher: Launcher,
  command: readonly string[],
  bounds: Bounds,
  { input, output, errors }: Omit<Streams, "input"> & { input: number },
): Launched {
  // They can only be had through a shell that sets them.
  const [file, ...args] =
    bounds.umask === process.umask() && !Number.isFinite(bounds.fileBytes)
      ? command
      : ["/bin/sh", "-c", `${boundsOf(bounds)}; exec "$@"`, "sh", ...command];
  const ends = [output, errors].map((name) =>
    name === undefined || name === "output" ? undefined : openSync(name, constants.O_WRONLY),
  );
  const [out = "ignore", err = errors === "output" ? out : "ignore"] = ends;
  const child = spawn(file as string, args, { cwd: "/", env: {}, stdio: [input, out, err] });
  const { pid } = child;
  if (pid !== undefined) launcher.adopt(pid);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", (error) =>
      reject(new WasiError("engine", `start "${command[0]}": ${error.message}`, { cause: error })),
    );
    child.once("exit", (code, name) => {
      if (pid !== undefined) launcher.release(pid);
      resolve({ code, signal: name === null ? 0 : os.signals[name] });
    });
  });
  for (const fd of ends) if (fd !== undefined) closeSync(fd);
  return { started: Promise.resolve(), ended, kill: () => void child.kill("SIGKILL") };
}
