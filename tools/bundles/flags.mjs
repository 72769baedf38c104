// How the modules are compiled, for the build and for what the manifests say of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The one wasm target whose std believes in Unix; its libc is crates/rt over WASI preview 1 (docs/rationale.md). */
export const TARGET = "wasm32-unknown-emscripten";

export const BUILD = [
  "--release",
  "-Zbuild-std=std,panic_abort",
  "-Zbuild-std-features=compiler-builtins-mem",
  ...["--target", TARGET],
];

/** memchr, and with it every search, has a form for it; both engines have had it for years. */
export const RUSTFLAGS = "-C target-feature=+simd128";

/** Has cargo take the crates as they are laid out and changed by vendor.sh. */
export const vendored = (root) => [
  ...["--config", join(root, "crates/target/vendor/patch.toml"), "-Zlockfile-path", "--config"],
  `resolver.lockfile-path="${join(root, "crates/target/vendor/Cargo.lock")}"`,
];

/** The flags of everything in one line; the profile of crates/Cargo.toml and what std is changed by come with its sources. */
export function flagsText(root) {
  const script = (name) => readFileSync(join(root, "tools/bundles/bin", name), "utf8");
  const link = /exec "\$ZIG" wasm-ld (.*) "\$\{/
    .exec(script("link"))[1]
    .replace('-L"$SHADOWBOX_SYSROOT" ', "");
  const cc = /exec "\$ZIG" cc (.*) "\$\{/.exec(script("wasi-cc"))[1];
  const [, profile] = /\[profile\.release\]\n([^[]*)/.exec(
    readFileSync(join(root, "crates/Cargo.toml"), "utf8"),
  );
  const settings = profile
    .split("\n")
    .filter((line) => line.includes(" = "))
    .join(", ");
  return `cargo build ${BUILD.join(" ")} (profile: ${settings.replaceAll('"', "")}); rustc ${RUSTFLAGS}; zig cc ${cc}; wasm-ld ${link}`;
}
