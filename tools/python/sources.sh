#!/usr/bin/env bash
# sources.sh OUT: brings the sources into OUT: cpython/ (Debian's source package of Python 3.11 with its security fixes)
# and crates/ (zlib, SQLite, bzip2, liblzma, as crates carry them). With PYTHON_SOURCE=ARCHIVE and PYTHON_SHA256 another
# upstream archive is taken, without Debian's fixes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
archive=${PYTHON_SOURCE:-$out/download/python3.11_3.11.2.orig.tar.gz}
sha256=${PYTHON_SHA256:-2411c74bda5bbcfcddaf4531f66d1adc73f247f529aee981b029513aefdbf849}
mkdir -p "$out/download/lists/partial"
cd "$out/download"

if [ ! -f "$archive" ]; then
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
  echo "deb-src [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} bookworm main" > sources.list
  options=(-qq -o "Dir::Etc::sourcelist=$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$PWD/lists")
  apt-get "${options[@]}" update >&2
  apt-get "${options[@]}" source --download-only python3.11 >&2
fi
echo "$sha256  $archive" | sha256sum --check --quiet >&2

rm -rf "$out/cpython" "$out/debian"
mkdir "$out/cpython" "$out/debian"
tar xzf "$archive" --strip-components=1 -C "$out/cpython"
if [ -z "${PYTHON_SOURCE:-}" ]; then
  tar xJf python3.11_3.11.2-*.debian.tar.xz --strip-components=1 -C "$out/debian"
  # What Debian fixed since 3.11.2: the patches that name a CVE or an issue of CPython.
  grep -E '^(CVE-|[0-9]{4}-3\.11-|relfile-|frame_dealloc-|shutdown-deadlock)' "$out/debian/patches/series" | while read -r name; do
    patch -s -p1 -d "$out/cpython" < "$out/debian/patches/$name" >&2 || { echo "sources.sh: $name does not apply" >&2; exit 1; }
  done
fi
[ -d "$out/crates" ] || /usr/bin/cargo vendor -q --locked --versioned-dirs --manifest-path "$here/sources/Cargo.toml" "$out/crates" > /dev/null
