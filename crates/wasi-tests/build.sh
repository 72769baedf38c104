#!/usr/bin/env bash
# Builds the programs into modules/, with the toolchain that tools/bundles/toolchain.sh installs.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
target=$root/target/wasi-tests
linker=$target/link
mkdir -p "$target" modules
# rustc's own wasm linker is not in every distribution; zig has one.
printf '#!/bin/sh\n[ "$1" = -flavor ] && shift 2\nexec "$ZIG" wasm-ld "$@"\n' > "$linker"
chmod +x "$linker"
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker \
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-C target-feature=+bulk-memory --remap-path-prefix=$root=/shadowbox --remap-path-prefix=$__CARGO_TESTS_ONLY_SRC_ROOT=/rust" \
  /usr/bin/cargo build --release --quiet --target wasm32-unknown-unknown -Zbuild-std=core --target-dir "$target"
for program in src/bin/*.rs; do
  name=$(basename "$program" .rs)
  cp "$target/wasm32-unknown-unknown/release/$name.wasm" "modules/$name.wasm"
done
for program in c/*.c; do
  "$ZIG" cc -target wasm32-wasi -Os -s -Wall -o "modules/$(basename "$program" .c).wasm" "$program"
done
ls -l modules
