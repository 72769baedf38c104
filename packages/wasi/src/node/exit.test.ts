import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("a program that used a pool ends by itself, without closing it", async () => {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const out = here(`../../dist/testing/exit-${process.pid}/`);
  const options = { bundle: true, format: "esm", platform: "node", target: "node20" } as const;
  await build({ ...options, entryPoints: [here("./process-worker.ts")], outfile: `${out}worker.mjs` });
  const contents = `
    import { Heap, TreeFileSystem } from "@shadowbox/vfs";
    import { Kernel, moduleLoader, ProgramKind, V8Engine, WorkerPool } from "./index.ts";
    import { nodeWorkerFactory } from "./node/index.ts";
    import { printer } from "./node/testing/wasm.ts";
    const pool = new WorkerPool(nodeWorkerFactory({ module: new URL("./worker.mjs", import.meta.url) }));
    const heap = Heap.create();
    const engine = new V8Engine(pool, Kernel.create(heap, { root: TreeFileSystem.format(heap) }), null);
    const module = pool.addModule(moduleLoader(() => printer("hello"), "hello", 100));
    engine.setCommands([{ name: "hello", kind: ProgramKind.MODULE, module, size: 1 }]);
    const pipe = engine.openPipe();
    const files = [{ fd: 1, file: pipe.write }];
    const pid = engine.start({ program: { path: "/bin/hello" }, argv: ["hello"], env: [], files });
    engine.closeFile(pipe.write);
    for await (const chunk of engine.read(pipe.read)) process.stdout.write(chunk);
    process.stdout.write(" " + (await engine.waitExit(pid)).status);`;
  await build({
    ...options,
    stdin: { contents, resolveDir: here(".."), loader: "ts" },
    outfile: `${out}main.mjs`,
  });
  expect(execFileSync(process.execPath, [`${out}main.mjs`], { timeout: 20_000 }).toString()).toBe("hello 0");
});
