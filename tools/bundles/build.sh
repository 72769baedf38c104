#!/usr/bin/env bash
# Builds every module of crates/bundles.json into target/bundles/BUNDLE/MODULE.wasm, from a clean checkout, installing
# its toolchain first, and Python (tools/python). `build.sh NAME…` builds these modules only; `build.sh --verify [NAME…]` then
# compares what was built with the registry's, byte for byte.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
toolchain=$(bash "$root/tools/bundles/toolchain.sh")
eval "$toolchain"
export COREUTILS_VERSION=0.12.0
bash "$root/tools/bundles/vendor.sh"
verify=false
if [ "${1:-}" = --verify ]; then verify=true; shift; fi
node "$root/tools/bundles/build.mjs" "$@"
node "$root/tools/bundles/origin.mjs"
if [ $# -eq 0 ]; then bash "$root/tools/python/build.sh"; fi
if $verify; then node "$root/tools/bundles/verify.mjs" "$@"; fi
