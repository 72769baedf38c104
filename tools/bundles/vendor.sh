#!/usr/bin/env bash
# Lays the uutils crates out as in their own repository (src/uucore, src/uu/NAME) under crates/target/vendor/coreutils, because
# uucore's build script then embeds the texts of the one utility that UUCORE_TARGET_UTIL names, instead of everything
# that happens to lie in the registry. What the target needs is told to them (port.mjs), and our changes to upstream
# crates (crates/patches/CRATE.patch, or CRATE-VERSION.patch) are applied.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# Within the workspace: of what lies outside, cargo mixes the folder's name into every symbol's.
vendor=$root/crates/target/vendor.new
rm -rf "$vendor"
mkdir -p "$vendor/coreutils/src/uu"
cd "$root/crates"
/usr/bin/cargo fetch --locked >&2
# Cargo notes in the lock file what is patched, so it gets a copy.
cp Cargo.lock "$vendor/"
source=$(echo "$CARGO_HOME"/registry/src/*/)
# crate NAME VERSION
sed -n '/^\[\[package\]\]/{n;s/^name = "\(.*\)"/\1/;h;n;s/^version = "\(.*\)"/\1/;H;x;s/\n/ /p}' Cargo.lock > "$vendor/packages"
echo '[patch.crates-io]' > "$vendor/patch.toml"
while read -r name version; do
  ours=$root/crates/patches/$name.patch
  [ -f "$ours" ] || ours=$root/crates/patches/$name-$version.patch
  case $name-$version in
    uucore-"$COREUTILS_VERSION") to=coreutils/src/uucore ;;
    uucore_procs-"$COREUTILS_VERSION") to=coreutils/src/uucore_procs ;;
    uu_*-"$COREUTILS_VERSION") to=coreutils/src/uu/${name#uu_} ;;
    uucore-* | uu_* | hostname-* | crc-fast-* | findutils-*) to=$name-$version ;;
    *) [ -f "$ours" ] || continue; to=$name-$version ;;
  esac
  cp -r "$source/$name-$version" "$vendor/$to"
  node "$root/tools/bundles/port.mjs" "$vendor/$to" "$name" "$version"
  if [ -f "$ours" ]; then patch -s -p1 -d "$vendor/$to" < "$ours"; fi
  printf '%s-%s = { package = "%s", path = "%s" }\n' "$name" "${version//./_}" "$name" "$root/crates/target/vendor/$to" >> "$vendor/patch.toml"
done < "$vendor/packages"
# What did not change keeps its time, so that cargo does not compile it again.
old=$root/crates/target/vendor
if [ -d "$old" ]; then
  (cd "$vendor" && find . -type f) | while read -r file; do
    if cmp -s "$old/$file" "$vendor/$file"; then touch -r "$old/$file" "$vendor/$file"; fi
  done
fi
rm -rf "$old"
mv "$vendor" "$old"
