#!/usr/bin/env bash
# Builds CPython for WASI and its standard library into target/bundles/python, from a clean checkout, installing what it
# needs first. See docs/python.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
toolchain=$(bash "$root/tools/bundles/toolchain.sh")
eval "$toolchain"
export SHADOWBOX_SYSROOT PATH=$here/bin:$PATH PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=1700000000
export SHADOWBOX_WRAPS="stat lstat fstat fstatat access faccessat chmod fchmod fchmodat getpid fcntl close raise signal clock_nanosleep ioctl open openat sbrk localtime localtime_r mktime uname mkdir mkdirat setlocale abort"
work=${PYTHON_OUT:-$root/target/python}
native=/usr/bin/python3.11
if [ ! -x "$native" ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3.11-minimal libpython3.11-stdlib; } >&2
fi
mkdir -p "$work"

bash "$here/sources.sh" "$work"
[ -f "$work/lib/libsqlite3.a" ] || bash "$here/libraries.sh" "$work" "$work/lib"
"$native" "$here/edit_source.py" "$work/cpython"
cp "$here/host/_posixsubprocess.c" "$here/host/errnomodule.c" "$work/cpython/Modules/"
cp "$here/host/main.c" "$work/cpython/Programs/python.c"

objects=()
mkdir -p "$work/host"
for source in rpc files processes spawn signals sockets errors memory zones locale stack; do
  wcc -O2 -Wall -Wno-unused-parameter "-I$here/include" -c "$here/host/$source.c" -o "$work/host/$source.o"
  objects+=("$work/host/$source.o")
done

rm -rf "$work/build"
mkdir -p "$work/build/Modules"
cd "$work/build"
# Paths of the machine must not reach the bytes.
flags="-g0 -fdebug-prefix-map=$work=/python -fmacro-prefix-map=$work=/python"
CONFIG_SITE=$here/config.site CC=wcc CPP="wcc -E" AR=war RANLIB=wranlib LDSHARED=wcc READELF=true PKG_CONFIG=false \
  CFLAGS="$flags" OPT="-DNDEBUG -O3 -msimd128 -fwrapv" LDFLAGS=-s ../cpython/configure -C --host=wasm32-unknown-wasi \
  --build=x86_64-pc-linux-gnu --with-build-python="$native" --disable-test-modules --with-pymalloc --enable-big-digits=30 \
  --without-ensurepip --prefix=/usr > configure.log 2>&1 || { tail -3 configure.log >&2; exit 1; }
sed -i -E 's/^#define (HAVE_PTHREAD_H|PTHREAD_KEY_T_IS_COMPATIBLE_WITH_INT|HAVE_MMAP|HAVE_EPOLL|HAVE_EPOLL_CREATE1|HAVE_GETHOSTBYADDR|HAVE_GETHOSTBYNAME|HAVE_GETPROTOBYNAME|HAVE_GETSERVBYNAME|HAVE_GETSERVBYPORT|HAVE_HSTRERROR|HAVE_LOG2|HAVE_MEMFD_CREATE) 1/\/* no \1 *\//
  s#^/\* \#undef HAVE_PTHREAD_STUBS \*/#\#define HAVE_PTHREAD_STUBS 1#' pyconfig.h
sqlite=$(cd ../cpython/Modules && echo _sqlite/*.c)
cat > Modules/Setup.local <<SETUP
*static*
zlib zlibmodule.c -I$work/lib/include $work/lib/libz.a
binascii binascii.c
_bz2 _bz2module.c -I$work/lib/include $work/lib/libbz2.a
_lzma _lzmamodule.c -I$work/lib/include $work/lib/liblzma.a
_sqlite3 $sqlite -I$work/lib/include $work/lib/libsqlite3.a
_posixsubprocess _posixsubprocess.c -I$here/host
fcntl fcntlmodule.c
SETUP
make Makefile > /dev/null 2>&1
make -j2 LINKCC=wlink LIBS="${objects[*]}" \
  CONFIGURE_CFLAGS_NODIST="-std=c11 -I$here/include -I$here/host -D_GNU_SOURCE=1 -include shadowbox/libc.h" > make.log 2>&1 || { tail -20 make.log >&2; exit 1; }

# Time zones come as a wheel, and so do the packages whose pure-Python half is all that can run here: PyPI has no wheel of
# that half alone. The library is one archive, and the program starts from a snapshot.
wheels=$work/wheels
for wheel in tzdata==2025.2 PyYAML==6.0.2 MarkupSafe==3.0.2; do
  compgen -G "$wheels/${wheel%%=*}-*.whl" > /dev/null ||
    "${SHADOWBOX_SYSROOT%/sys}/venv/bin/pip" download -q --no-deps --only-binary=:all: --platform manylinux2014_x86_64 --python-version 3.11 -d "$wheels" "$wheel" >&2
done
out=$root/target/bundles/python
rm -rf "$work/root"
mkdir -p "$out"
"$native" "$here/library.py" "$work/cpython" "$work/build" "$out/python3.11.tar" "$work/root/usr/lib/python3.11" "$wheels"/*.whl
node --no-warnings "$here/snapshot.mjs" "$work/build/python.wasm" "$work/root" "$out/python.wasm"
node "$here/origin.mjs" "$work" "$out"
ls -l "$out"
