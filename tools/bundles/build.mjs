// Builds the modules of crates/bundles.json one by one and checks what each imports. Called by build.sh, which sets the
// toolchain's environment.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { BUILD, RUSTFLAGS, TARGET, vendored } from "./flags.mjs";

const root = resolve(import.meta.dirname, "../..");
const { bundles } = JSON.parse(readFileSync(join(root, "crates/bundles.json"), "utf8"));
const only = new Set(process.argv.slice(2));
const target = join(root, "target/wasm");
// Paths of the machine must not reach the bytes: two checkouts give the same module.
const std = process.env.__CARGO_TESTS_ONLY_SRC_ROOT;
// Cargo mixes the folder of std's sources into every symbol's name, and with it into the order of the code: they are seen
// in the same place wherever they lie.
const stdSeen = "/tmp/shadowbox-rust-1.96-library";
if (!existsSync(stdSeen) || realpathSync(stdSeen) !== realpathSync(std)) {
  rmSync(stdSeen, { force: true });
  symlinkSync(std, stdSeen);
}
const rustflags = [
  RUSTFLAGS,
  // Of two that match, rustc takes the later.
  `--remap-path-prefix=${root}=/shadowbox --remap-path-prefix=${process.env.CARGO_HOME}=/cargo`,
  `--remap-path-prefix=/usr/lib/rustlib=/rust --remap-path-prefix=${std}=/rust/src/rust/library`,
  `--remap-path-prefix=${stdSeen}=/rust/src/rust/library`,
].join(" ");

/** Module → what was built of it in this run. */
const built = new Map();
for (const bundle of bundles) {
  for (const module of bundle.modules) {
    if (only.size > 0 && !only.has(module.module)) continue;
    buildModule(bundle, module);
  }
}

/** Builds a module, once for all bundles that have it, and puts it into this bundle's folder. */
function buildModule(bundle, described) {
  const { module } = described;
  const from = built.get(module) ?? compile(described);
  built.set(module, from);
  const to = join(root, "target/bundles", bundle.name, `${module}.wasm`);
  mkdirSync(join(to, ".."), { recursive: true });
  copyFileSync(from, to);
  console.log(`${bundle.name}/${module}: ${statSync(to).size} bytes`);
}

function compile({ module, crate, texts, features }) {
  execFileSync(
    "/usr/bin/cargo",
    [
      ...["build", ...BUILD, "--quiet", "-p", crate, "--bin", module, "--features", features ?? module],
      ...["--target-dir", target, ...vendored(root)],
    ],
    {
      cwd: join(root, "crates"),
      stdio: "inherit",
      env: {
        ...process.env,
        CARGO_TARGET_WASM32_UNKNOWN_EMSCRIPTEN_RUSTFLAGS: rustflags,
        UUCORE_TARGET_UTIL: texts ?? "",
        __CARGO_TESTS_ONLY_SRC_ROOT: stdSeen,
      },
    },
  );
  // The target's linker, as cargo knows it, writes no hyphens.
  const from = join(target, `${TARGET}/release`, `${module.replaceAll("-", "_")}.wasm`);
  checkImports(from);
  checkPaths(from);
  return from;
}

function checkImports(path) {
  for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(path))))
    if (module !== "wasi_snapshot_preview1")
      throw new Error(`${path}: imports ${module}.${name}, expected preview 1 only`);
}

function checkPaths(path) {
  const bytes = readFileSync(path);
  for (const folder of [root, process.env.CARGO_HOME, std])
    if (bytes.includes(`${folder}/`))
      throw new Error(`${path}: names the folder "${folder}" of this machine, expected none`);
}
