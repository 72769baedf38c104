// Writes into a project while another process swaps its folders for symlinks that lead out: node bench/workspace-race.mjs [--tries N].
// Ends with status 1 if anything appears outside.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSource } from "../tools/load-source.mjs";

const { values } = parseArgs({ options: { tries: { type: "string", default: "10000" } } });
const memory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const folder = mkdtempSync(join(memory, "bench-race-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { ConfinedFolder } = await loadSource("packages/workspace/src/node/confined.ts");

const [project, outside] = [join(folder, "project"), join(folder, "outside")];
mkdirSync(join(project, "a/b"), { recursive: true });
mkdirSync(join(outside, "b"), { recursive: true });
const swapper = spawn(
  process.execPath,
  [
    "-e",
    `const { existsSync, renameSync, rmSync, symlinkSync } = require("node:fs");
   for (;;) for (const dir of ["a", "a/b"]) {
     try {
       if (!existsSync(dir + ".kept")) renameSync(dir, dir + ".kept");
       symlinkSync(dir === "a" ? "../outside" : "../../outside/b", dir);
     } catch {}
     try {
       // The writer may have made the folder anew meanwhile.
       rmSync(dir, { recursive: true, force: true });
       renameSync(dir + ".kept", dir);
     } catch {}
   }`,
  ],
  { cwd: project, stdio: "inherit" },
);

// It takes a while to start.
while (!existsSync(join(project, "a.kept"))) await new Promise((resolve) => setTimeout(resolve, 0));
const target = new ConfinedFolder(project);
const bytes = new TextEncoder().encode("x\n");
const ends = { written: 0, refused: 0 };
const attempt = (action) => {
  try {
    action();
    ends.written++;
  } catch {
    ends.refused++;
  }
};
for (let i = 0; i < Number(values.tries); i++) {
  // Each walks anew, and does not use what is held open.
  target.forget();
  const path = new TextEncoder().encode(i % 2 ? `a/f${i % 50}` : `a/b/f${i % 50}`);
  const replacement = { bytes, beside: `.t${i % 7}`, sync: false };
  if (i % 5 === 4) attempt(() => target.remove(path));
  else if (i % 5 === 3) attempt(() => target.replace(path, replacement));
  else if (i % 5 === 2)
    attempt(() => {
      const depth = target.stage(path, { ...replacement, mode: 0o644 });
      target.forget();
      target.putStaged(path, replacement.beside, depth);
    });
  else attempt(() => target.replace(path, { ...replacement, mode: 0o644 }));
}
swapper.kill();
target.close();
const escaped = readdirSync(outside, { recursive: true }).filter((name) => name !== "b");
console.log(
  `${values.tries} tries: ${ends.written} done, ${ends.refused} refused, ${escaped.length} outside`,
);
process.exitCode = escaped.length === 0 ? 0 : 1;
