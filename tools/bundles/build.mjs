// Builds the modules of crates/bundles.json one by one and checks what each imports. Called by build.sh, which sets the
// toolchain's environment.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const { bundles } = JSON.parse(readFileSync(join(root, "crates/bundles.json"), "utf8"));
const only = new Set(process.argv.slice(2));
const target = join(root, "target/wasm");
// Paths of the machine must not reach the bytes: two checkouts give the same module.
const rustflags = [
  "-C linker-flavor=wasm-ld -C link-self-contained=yes",
  `-L native=${process.env.SHADOWBOX_SYSROOT}`,
  `--remap-path-prefix=${root}=/shadowbox --remap-path-prefix=${process.env.CARGO_HOME}=/cargo`,
  "--remap-path-prefix=/usr/lib/rustlib=/rust",
].join(" ");

for (const bundle of bundles) {
  for (const module of bundle.modules) {
    if (only.size > 0 && !only.has(module.module)) continue;
    buildModule(bundle, module);
  }
}

function buildModule(bundle, { module, crate, texts, features }) {
  const patch = readFileSync(join(root, "target/vendor/patch.toml"), "utf8");
  const overrides = patch
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [, name, path] = /^(\S+) = \{ path = "(.*)" \}$/.exec(line);
      return ["--config", `patch.crates-io.${name}.path="${path}"`];
    });
  execFileSync(
    "/usr/bin/cargo",
    [
      ...[
        "build",
        "--release",
        "--quiet",
        "-p",
        crate,
        "--bin",
        module,
        "--features",
        features ?? module,
        "--target",
        "wasm32-wasip1",
      ],
      ...["-Zbuild-std=std,panic_abort", "--target-dir", target, ...overrides],
    ],
    {
      cwd: join(root, "crates"),
      stdio: "inherit",
      env: {
        ...process.env,
        CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS: rustflags,
        UUCORE_TARGET_UTIL: texts ?? "",
      },
    },
  );
  const from = join(target, "wasm32-wasip1/release", `${module}.wasm`);
  checkImports(from);
  const to = join(root, "target/bundles", bundle.name, `${module}.wasm`);
  mkdirSync(join(to, ".."), { recursive: true });
  copyFileSync(from, to);
  console.log(`${bundle.name}/${module}: ${statSync(to).size} bytes`);
}

function checkImports(path) {
  for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(path))))
    if (module !== "wasi_snapshot_preview1")
      throw new Error(`${path}: imports ${module}.${name}, expected preview 1 only`);
}
