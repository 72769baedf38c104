#!/usr/bin/env bash
# sysroot.sh OUT: collects crt1-command.o, crt1-reactor.o and libc.a (libc, zig's own parts and compiler-rt in one) out
# of what zig links into a WASI program.
set -euo pipefail
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
echo 'int main(void) { return 0; }' > "$work/command.c"
echo 'int f(void) { return 0; }' > "$work/reactor.c"
ZIG_VERBOSE_LINK=1 "$ZIG" cc -target wasm32-wasi -O2 -g0 "$work/command.c" -o "$work/command.wasm" 2>&1 | grep '^wasm-ld' > "$work/command.line"
ZIG_VERBOSE_LINK=1 "$ZIG" cc -target wasm32-wasi -O2 -g0 -mexec-model=reactor "$work/reactor.c" -o "$work/reactor.wasm" 2>&1 | grep '^wasm-ld' > "$work/reactor.line"
pick() { tr ' ' '\n' < "$work/$2.line" | grep -E "/$1\$" | head -1; }
cp "$(pick crt1-command.o command)" "$(pick crt1-reactor.o reactor)" "$out/"
printf 'CREATE %s\nADDLIB %s\nADDLIB %s\nADDLIB %s\nSAVE\nEND\n' "$out/libc.a.new" \
  "$(pick libc.a command)" "$(pick libzigc.a command)" "$(pick libcompiler_rt.a command)" | "$ZIG" ar -M
mv "$out/libc.a.new" "$out/libc.a"
