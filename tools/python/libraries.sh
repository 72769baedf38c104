#!/usr/bin/env bash
# libraries.sh SOURCES OUT: compiles zlib, bzip2, liblzma and SQLite into OUT/lib*.a, with their headers in OUT/include.
set -euo pipefail
crates=$1/crates
out=$2
mkdir -p "$out/include"
flags=(-O2 -msimd128 -DNDEBUG)

# archive NAME FLAGS... -- SOURCES...
archive() {
  local name=$1 own=() objects=()
  shift
  while [ "$1" != -- ]; do own+=("$1"); shift; done
  shift
  rm -rf "$out/$name" "$out/lib$name.a"
  mkdir "$out/$name"
  for source in "$@"; do objects+=("$out/$name/$(basename "$source" .c).o"); done
  printf '%s\0' "$@" | xargs -0 -P 2 -I{} sh -c 'o=$1/$(basename "$2" .c).o; shift 2; exec wcc "$@" -o "$o"' _ "$out/$name" {} \
    "${flags[@]}" "${own[@]}" -c {}
  war crs "$out/lib$name.a" "${objects[@]}"
}

zlib=$(echo "$crates"/libz-sys-*/src/zlib)
archive z "-I$zlib" -- "$zlib"/{adler32,compress,crc32,deflate,infback,inffast,inflate,inftrees,trees,uncompr,zutil}.c
cp "$zlib"/{zlib,zconf}.h "$out/include"

bzip2=$(echo "$crates"/bzip2-sys-*/bzip2-*)
archive bz2 "-I$bzip2" -D_FILE_OFFSET_BITS=64 -- "$bzip2"/{blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c
cp "$bzip2/bzlib.h" "$out/include"

lzma=$(echo "$crates"/lzma-sys-*)
xz=$(echo "$lzma"/xz-*)
mkdir -p "$out/lzma-config"
grep -v MYTHREAD "$lzma/config.h" > "$out/lzma-config/config.h"
printf '#define SIZEOF_SIZE_T 4\ntypedef int sigset_t;\nint sigprocmask(int, const sigset_t *, sigset_t *);\n' >> "$out/lzma-config/config.h"
mapfile -t sources < <(find "$xz"/src/liblzma/{api,common,lz,lzma,rangecoder,simple,delta,check} "$xz/src/common" -name '*.c' \
  | grep -vE '_tablegen\.c|crc(32|64)_small|outqueue|stream_encoder_mt|hardware_cputhreads|tuklib_(mbstr|open_stdxxx|progname|exit|cpucores)' | sort)
archive lzma -DHAVE_CONFIG_H "-I$out/lzma-config" "-I$xz/src/common" "-I$xz/src/liblzma/api" \
  "-I$xz/src/liblzma/"{common,check,lz,rangecoder,lzma,delta,simple} -- "${sources[@]}"
cp -r "$xz/src/liblzma/api/." "$out/include"

sqlite=$(echo "$crates"/libsqlite3-sys-*/sqlite3)
archive sqlite3 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_FTS4 \
  -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_DEFAULT_MEMSTATUS=0 \
  -DSQLITE_USE_URI -- "$sqlite/sqlite3.c"
cp "$sqlite"/sqlite3.h "$out/include"
