#!/usr/bin/env bash
# Lays the uutils crates out as in their own repository (src/uucore, src/uu/NAME) under target/vendor/coreutils, because
# uucore's build script then embeds the texts of the one utility that UUCORE_TARGET_UTIL names, instead of everything
# that happens to lie in the registry. Our patches to upstream crates (crates/patches/CRATE.patch) are applied here.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
vendor=$root/target/vendor
rm -rf "$vendor"
mkdir -p "$vendor/coreutils/src/uu"
cd "$root/crates"
/usr/bin/cargo fetch --locked >&2
source=$(echo "$CARGO_HOME"/registry/src/*/)
# crate NAME VERSION
sed -n '/^\[\[package\]\]/{n;s/^name = "\(.*\)"/\1/;h;n;s/^version = "\(.*\)"/\1/;H;x;s/\n/ /p}' Cargo.lock > "$vendor/packages"
while read -r name version; do
  case $name in
    uucore) to=$vendor/coreutils/src/uucore ;;
    uucore_procs) to=$vendor/coreutils/src/uucore_procs ;;
    uu_checksum_common | uu_base_common) to=$vendor/coreutils/src/uu/${name#uu_} ;;
    uu_*) [ "$version" = "$COREUTILS_VERSION" ] || continue; to=$vendor/coreutils/src/uu/${name#uu_} ;;
    *) [ -f "$root/crates/patches/$name.patch" ] || continue; to=$vendor/$name ;;
  esac
  cp -r "$source/$name-$version" "$to"
  if [ -f "$root/crates/patches/$name.patch" ]; then patch -s -p1 -d "$to" < "$root/crates/patches/$name.patch"; fi
  case $name in uucore | uucore_procs | uu_*) ;; *) continue ;; esac
  printf '%s = { path = "%s" }\n' "$name" "$to" >> "$vendor/patch.toml"
done < "$vendor/packages"
