//! uuencode, uudecode, dos2unix and file beside the usual ones.

#[path = "../../archive/tests/beside/mod.rs"]
mod beside;
#[path = "../../archive/tests/random/mod.rs"]
mod random;

use beside::each;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tools");

#[test]
fn uuencode_and_uudecode_give_the_same() {
    each(
        &["uuencode", "uudecode"],
        &[
            "(uuencode; uuencode a b c) 2>&1 | grep -v sharutils; uuencode a; uuencode nope b; uuencode -m a b | head -2; uuencode a x",
            "uuencode -e a 'b c' | head -1; uuencode -e a 'b c' | uudecode -o - | wc; printf A | uuencode x; printf AB | uuencode -m x",
            "chmod 755 a; uuencode a foo | uudecode; ls -l foo | cut -c1-10; uuencode -m a foo | (echo junk; cat; echo trailing) | uudecode -o bar; cmp a bar; ls",
            "uuencode a f1 > x; uuencode a f2 > y; uudecode x y; ls; uuencode a /dev/stdout | uudecode | wc; uudecode nope",
            "echo hello | uudecode; printf 'begin 999 q\\n' | uudecode; printf 'begin 644 nodir/q\\n!80\\n`\\nend\\n' | uudecode",
            "printf 'begin 644 q\\r\\n!80\\r\\n`\\r\\nend\\r\\n' | uudecode; cat q; printf 'begin 744 test\\n!80  \\n`\\nend\\n' | uudecode -o -",
            "printf 'begin-base64-encoded 644 cGF0aA==\\nYWJj\\n====\\n' | uudecode; cat path; printf 'begin-base64 744 test\\n====\\n' | uudecode -o - && echo yes",
            "head -c 5000 /dev/urandom > r; uuencode r s | uudecode; cmp r s; uuencode -m r t | uudecode; cmp r t",
        ],
        str::to_string,
    );
}

#[test]
fn dos2unix_and_unix2dos_give_the_same() {
    let setup = "printf 'a\\r\\nb\\r\\n' > d1; printf 'a\\nb\\n' > u; printf 'a\\r\\n\\0b\\r\\n' > bin; printf 'a\\rb\\r' > mac; printf '\\357\\273\\277a\\r\\n' > bom
printf 'a\\r\\nb\\n' > mix; printf '\\377\\376a\\0\\r\\0\\n\\0' > w; : > e; cp w w2\n";
    each(
        &["dos2unix", "unix2dos", "mac2unix", "unix2mac"],
        &[
            "dos2unix d1; od -c d1; unix2dos d1; od -c d1; dos2unix nope; echo $?; dos2unix d; dos2unix e",
            "dos2unix bin; od -c bin; unix2dos bin; dos2unix -f bin; od -c bin; dos2unix -q d1 nope bin",
            "unix2dos -n u out; od -c out; cat u; dos2unix -n out nope/x; echo $?; dos2unix -n out",
            "dos2unix < mix | od -c; unix2dos < mix | od -c; unix2dos mix; od -c mix",
            "dos2unix -i d1 u bin mac bom mix w e; dos2unix -ic d1 u bin mac bom mix; unix2dos -ic d1 u mix mac; dos2unix -idu mix; dos2unix -ih mix",
            "dos2unix bom; od -c bom; unix2dos -m bom; od -c bom; mac2unix mac; od -c mac; unix2mac mac; od -c mac",
            "dos2unix -l d1; od -c d1; unix2dos -l u; od -c u; dos2unix -c mac mac; od -c mac; dos2unix -c foo d1",
            "chmod 640 d1; dos2unix d1; stat -c %a d1; touch -d 2020-01-02 mix; dos2unix -k mix; stat -c %Y mix; dos2unix -v bom",
            "ln -s d1 l; dos2unix l; dos2unix -F l; od -c d1; ls -l l | cut -c1; dos2unix -R l; ls -l l | cut -c1; ls -A",
            "dos2unix w; od -c w; unix2dos w2; od -c w2; dos2unix -Y >/dev/null",
        ],
        |script| format!("{setup}{script}"),
    );
}

#[test]
fn iconv_gives_the_same() {
    let setup = "printf 'h\\303\\251\\342\\202\\254\\342\\200\\234q\\342\\200\\235 \\320\\277\\n' > u; printf 'h\\351\\n' > l\n";
    each(
        &["iconv"],
        &[
            "iconv -f utf-8 -t latin1 u | od -c; iconv -f utf8 -t latin1//TRANSLIT u | od -c; iconv -f utf8 -t ascii//TRANSLIT u; iconv -f utf8 -t ascii//IGNORE u; echo $?; iconv -c -f utf8 -t ascii u",
            "iconv -f latin1 l; iconv -f ascii l; iconv -f latin1 -t utf-16 l | od -c; iconv -f latin1 -t UTF-32 l | od -c; iconv -f latin1 -t UTF-16LE l | od -c; iconv -t UTF-32BE u | od -c",
            "iconv -f foo l; iconv -t foo l; iconv nope; iconv -x; iconv -f latin1 -o out l; cat out; iconv -f utf8 -t cp1252//TRANSLIT u | od -c",
            "printf 'a\\377' | iconv -f utf8 -t utf16 | od -c; printf 'a\\303' | iconv -f utf8 -t utf8; printf 'a\\377b' | iconv -c -f utf8 -t utf8; iconv -f utf8 -t koi8-r//TRANSLIT u | od -c",
            "printf '\\377\\376a\\0' | iconv -f utf-16 -t utf8; printf 'a\\0' | iconv -f utf-16 -t utf8; printf 'x\\200' | iconv -f cp1252 -t utf8; printf 'x\\201' | iconv -f cp1252 -t utf8",
            "printf '\\355\\240\\200' | iconv -f utf8 -t utf16le; printf 'abc\\351def' | iconv -f utf8 -t latin1; printf '\\303\\204\\303\\237\\342\\200\\246\\302\\275\\305\\223' | iconv -f utf8 -t ascii//TRANSLIT",
            "for p in ISO-8859-2 ISO8859-15 LATIN9 CP1250 WINDOWS-1251 CP1257 KOI8-U IBM437 CP850 CP866 MACINTOSH; do for o in 200 241 244 300 350 377; do printf \"\\\\$o\" | iconv -f $p 2>&1 | od -c | head -1; done; done",
        ],
        |script| format!("{setup}{script}"),
    );
}

#[test]
fn file_says_the_same() {
    let make = "w() { printf \"$2\" > $1; }
w ascii 'hello\\n'; w utf8 'h\\303\\251\\n'; w bom '\\357\\273\\277h\\303\\251\\n'; w crlf 'a\\r\\nb\\r\\n'; w mixed 'a\\r\\nb\\n'; w cr 'a\\rb\\r'; w latin 'h\\351llo\\n'; w ext 'h\\223llo\\n'
w nonl 'no nl'; w data '\\0\\1\\2\\3'; w one a; : > empty; w esc '\\033[31mred\\n'; w over 'a\\010b\\n'; w u16le '\\377\\376h\\0i\\0'; w u16be '\\376\\377\\0h\\0i'; head -c 400 /dev/zero | tr '\\0' a > long
w json '{\"a\":[1,{\"b\":null}]}\\n'; w list '[1,2]'; w nd '{\"a\":1}\\n{\"b\":2}\\n'; w nojson '{a:1}'; w csv 'a,b\\n1,2\\n3,4\\n5,6\\n'; w html '<!DOCTYPE html>\\n<html>'; w xml '<?xml version=\"1.0\"?>\\n<a/>\\n'
w svg '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'; w pdf '%%PDF-1.4\\n%%abc\\n'; w php '<?php\\necho 1;\\n'; w wasm '\\0asm\\1\\0\\0\\0'; w gif 'GIF89a\\7\\0\\11\\0\\0\\0\\0;'
for s in /bin/sh /bin/bash '/usr/bin/env python3' '/usr/bin/perl -w' '/usr/bin/env node' '/usr/bin/env bash' ' /usr/bin/ruby' '/usr/bin/awk -f' '/opt/foo/bar baz' /bin/zsh /bin/dash; do printf '#!%s\\necho\\n' \"$s\" > s$((i++)); done
w py1 'def f(a):\\n  pass\\n'; w py2 'from os import path\\n'; w py3 'import os\\n'; w c '#include <stdio.h>\\n'; w go 'package main\\nfunc main() {\\n}\\n'; w js 'export const a = 1;\\n'; w java 'import java.util.*;\\n'
w md '# Title\\n'; w mk 'all:\\n\\tgcc x\\n'; printf -- '--- a\\n+++ b\\n@@ -1 +1 @@\\n' > diff; printf -- '-----BEGIN CERTIFICATE-----\\nMII\\n' > pem
cp a t; touch -d @1000000000 t; gzip -n t; bzip2 -k a; xz -k a; zstd -qk a; tar cf t.tar a; tar --format=posix -cf pax.tar a; zip -q z.zip a; ln -s a l; ln -s nope broken; mkfifo p; mkdir sticky; chmod 1777 sticky\n";
    each(
        &["file"],
        &[
            "file *", "file -b *", "rm broken; file --mime-encoding *", "file --mime-type *", "file -i *", "file -L l broken; file nope; file -E nope; file; file - < a; file -N a utf8",
            "file -F : a; file -0 a | od -c; printf 'a\\nb\\n' > names; file -f names; file -Y; file /bin/bash /usr/bin/env; file -i /bin/bash",
        ],
        |script| format!("{make}{script}"),
    );
}

#[test]
fn changed_files_end_without_panic() {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    let files = beside::beside("seq 500 > a; uuencode a u > u; uuencode -m a m > m; gzip -k a; bzip2 -k a; xz -k a; tar cf t.tar a; zip -q z.zip a; cp /bin/true elf; printf '[{\"a\":[1]}]' > json; python3 -c \"import sqlite3; c = sqlite3.connect('s.db'); c.execute('create table t(a)'); c.commit()\"; printf '\\377\\330\\377\\340\\0\\020JFIF\\0\\1\\1\\1\\0H\\0H\\0\\0\\377\\300\\0\\021\\010\\0\\5\\0\\3\\3' > j.jpg; printf '\\211PNG\\r\\n\\032\\n\\0\\0\\0\\015IHDR\\0\\0\\0\\1\\0\\0\\0\\1\\010\\6\\0\\0\\0' > p.png; printf '\\377\\376a\\0b\\0' > w");
    let mut next = random::numbers(88_172_645_463_325_252);
    let names: Vec<_> = std::fs::read_dir(files.folder()).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    for round in 0..150 {
        let mut bytes = std::fs::read(&names[round % names.len()]).unwrap();
        for _ in 0..1 + next(5) {
            let at = next(bytes.len().min(if round % 2 == 0 { 128 } else { usize::MAX }));
            bytes[at] = next(256) as u8;
        }
        bytes.truncate(if round % 6 == 0 { next(bytes.len()) } else { bytes.len() });
        let changed = files.folder().join("changed");
        std::fs::write(&changed, &bytes).unwrap();
        for (name, arguments) in [("file", &["-b", "changed"][..]), ("uudecode", &["-o", "/dev/null", "changed"]), ("iconv", &["-c", "-f", "utf-16", "changed"]), ("dos2unix", &["-n", "changed", "out"])] {
            let mut command = Command::new(PROGRAM);
            command.arg0(name).args(arguments).current_dir(files.folder()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let status = command.status().unwrap();
            assert!(status.code().is_some_and(|code| code < 100), "{name} {round} {}: {status:?}", names[round % names.len()].display());
        }
    }
}
