#!/usr/bin/env bash
# Installs what builds WASI modules on Debian 12: Rust 1.96 with std's sources (rustc-web family) and zig's C toolchain
# (PyPI), then makes the libc sysroot. Safe to run again. Prints the environment for `cargo` on stdout.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${BUNDLES_OUT:-$root/target/toolchain}
mkdir -p "$out"

if [ ! -x /usr/bin/rustc ] || [ ! -d /usr/lib/rustlib/src/rust/library ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq rustc-web cargo-web rust-web-src; } >&2
fi
if [ ! -x "$out/zig/bin/zig" ]; then
  python3 -m venv "$out/venv" >&2
  "$out/venv/bin/pip" install -q ziglang==0.17.1 zopfli==0.4.3 >&2
  mkdir -p "$out/zig/bin"
  ln -sf "$("$out/venv/bin/python" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')" "$out/zig/bin/zig"
fi
export ZIG="$out/zig/bin/zig" ZIG_GLOBAL_CACHE_DIR="$out/zig/cache" ZIG_LOCAL_CACHE_DIR="$out/zig/cache"
node "$root/tools/bundles/std.mjs" "$out/std" >&2
[ -f "$out/sys/libc.a" ] || bash "$root/tools/bundles/sysroot.sh" "$out/sys" >&2

cat <<ENV
export ZIG='$ZIG' ZIG_GLOBAL_CACHE_DIR='$ZIG_GLOBAL_CACHE_DIR' ZIG_LOCAL_CACHE_DIR='$ZIG_LOCAL_CACHE_DIR'
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_HOME='$out/cargo' LANG=C.UTF-8
export CC_wasm32_unknown_emscripten='$root/tools/bundles/bin/wasi-cc' AR_wasm32_unknown_emscripten='$root/tools/bundles/bin/wasi-ar'
export CARGO_TARGET_WASM32_UNKNOWN_EMSCRIPTEN_LINKER='$root/tools/bundles/bin/link'
export __CARGO_TESTS_ONLY_SRC_ROOT='$out/std/library'
export SHADOWBOX_SYSROOT='$out/sys'
ENV
