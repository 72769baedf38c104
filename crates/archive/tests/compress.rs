//! bzip2, xz and zstd beside the usual ones: the same scripts give the same output, messages, statuses and files.

mod beside;
mod random;

use beside::{beside, each};

const PROGRAM: &str = env!("CARGO_BIN_EXE_archive");

const NAMES: [&str; 12] = ["bzip2", "bunzip2", "bzcat", "xz", "unxz", "xzcat", "lzma", "unlzma", "lzcat", "zstd", "unzstd", "zstdcat"];

#[test]
fn files_and_pipes_are_compressed_and_tested_alike() {
    let scripts = [
        "$z -q -k a; ls; $z -q -k a; ls",
        "$z nonexist; $z d; $z -d a; $z -t a; ls",
        "$z -q a; ls; $z -dv -f a.* 2>&1 | grep -v Zstandard; ls",
        "$z -c a > x.q; $z -d x.q; ls; $z -t x.q; $z -tv x.q 2>&1 | grep -v Zstandard",
        "echo hello | $z -d; echo $?; echo hello | $z -t",
        "echo hello > h.bz2; cp h.bz2 h.xz; cp h.bz2 h.zst; $z -d h.bz2; $z -d h.xz; $z -d h.zst; ls",
        "$z -c b | head -c 100 | $z -t; echo $?; $z -c b | head -c 100 > s.$e; $z -t s.$e; ls",
        "$z -c b > s.$e; printf '\\377\\377\\377' | dd of=s.$e bs=1 seek=300 conv=notrunc 2>/dev/null; $z -t s.$e >/dev/null; ls",
        "(echo x | $z; echo y | $z) | $z -d; (echo x | $z; echo garbage) | $z -d 2>/dev/null; (echo x | $z; echo garbagegarbage) | $z -d 2>/dev/null",
        "printf '' | $z | $z -dc | wc -c; $z --nope 2>&1 | head -1; $z -Y 2>&1 | head -1",
        "ln -s a ln; $z -q ln; ln b hl; $z -q hl; ls",
        "$z -q -k a b; ls; $z -q -f -k a; $z -dqf a.$e; ls; $z -dcf a | wc -l; $z -dc a | wc -l",
        "chmod 640 a; touch -d 2020-01-02 a; $z -q a; stat -c '%a %Y' a.*; $z -dq a.$e; stat -c '%a %Y' a",
        "$z -q -9 -c b | $z -dc | cmp - b; $z -q -1 -c b | $z -dc | cmp - b",
    ];
    for (command, end) in [("bzip2", "bz2"), ("xz", "xz"), ("zstd", "zst")] {
        each(&NAMES, &scripts, |script| format!("z={command} e={end}\n{script}"));
    }
}

#[test]
fn each_has_its_own_names_and_options() {
    each(
        &NAMES,
        &[
            "bzip2 -k b; bzcat b.bz2 | md5sum; bunzip2 -c b.bz2 | md5sum; bunzip2 -k b.bz2; bzip2 b.bz2; mv b.bz2 c.tbz2; bunzip2 c.tbz2; ls",
            "bzip2 -kv a; bzip2 -tv a.bz2; bzip2 -d b",
            "xz -k b; xzcat b.xz | md5sum; unxz -c b.xz | md5sum; unxz -k b.xz; xz b.xz; mv b.xz c.txz; unxz c.txz; ls",
            "lzma -k b; xzcat b.lzma | md5sum; unlzma -c b.lzma | md5sum; ls; lzcat b.lzma | tail -1; xz -t b.lzma",
            "zstd -qk b; zstdcat b.zst | md5sum; unzstd -c b.zst | md5sum; unzstd -k b.zst; zstd -q --rm b.zst; ls",
            "zstd -q b -o q; zstd -d q -o w; zstd -d -o w < q; ls",
            "zstd -k -q b a; zstd -dcq a.zst b.zst | wc -l; zstd -df a.zst b.zst; rm *.zst; zstd -r d; zstd -q --ultra -22 b -c | zstd -dc | wc -c",
            "zstd -q --format=gzip -k b; gzip -dc b.gz | md5sum; zstd -dc b.gz | md5sum; zstd -c b --format=xz | xz -dc | md5sum",
            "zstd -t nope; zstd -T0 -19 -c b | zstd -t; zstd -l b; zstd -q -k a b; zstd -l a.zst b.zst | cut -c1-15,34-",
            "xz -k a b; xz -l a.xz b.xz | cut -c1-18,40-; cat a.xz b.xz > c.xz; xz -l c.xz | cut -c1-18,40-; xz -dc c.xz | wc -l",
            "xz -C crc32 -k a; xz -l a.xz | cut -c1-18; rm a.xz; printf 'a\\nb\\n' > l; xz --files=l; ls; unxz *.xz; xz -S .foo a; ls; unxz -S .foo a.foo",
            "xz -S a/b a; xz -F foo a; xz -C foo a; xz -e9 -T4 -c a | xz -dc | wc -l; xz -l b; xz -l nope",
            "(xz -c a; printf '\\0\\0\\0\\0'; xz -c b) | xz -dc | wc -l; (xz -c a; printf '\\0\\0') | xz -dc | wc -l",
        ],
        str::to_string,
    );
}

#[test]
fn the_usual_ones_read_what_ours_wrote() {
    let files = beside("seq 300000 > big; head -c 300000 /dev/urandom > random");
    for (command, levels) in [("bzip2", "1 9"), ("xz", "0 3 6 9 9e"), ("lzma", "1 6"), ("zstd", "1 3 9 19")] {
        let script = format!("for l in {levels}; do for f in big random /dev/null; do {command} -$l -c < $f > packed.$l.${{f##*/}}; done; done");
        files.run(&NAMES, true, &script);
        let tool = if command == "lzma" { "xz" } else { command };
        let check = format!("for l in {levels}; do for f in big random /dev/null; do {tool} -dc < packed.$l.${{f##*/}} | cmp - $f; done; done; rm packed*");
        assert_eq!(files.run(&NAMES, false, &check), "=> 0\n", "{command}");
    }
}

#[test]
fn changed_streams_end_without_panic() {
    use std::io::Write;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    let unpack = |name: &str, mode: &str, input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_archive")).arg0(name).arg(mode).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // A program that ended reads nothing more.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    };
    let text: Vec<u8> = (0..3000u32).flat_map(|number| format!("{}\n", number * 7919 % 1000).into_bytes()).collect();
    let mut next = random::numbers(88_172_645_463_325_252);
    for name in ["bzip2", "xz", "lzma", "zstd"] {
        let whole = unpack(name, "-c", &text).stdout;
        assert_eq!(unpack(name, "-d", &whole).stdout, text, "{name}");
        for round in 0..80 {
            let mut bytes = whole.clone();
            for _ in 0..1 + next(4) {
                // Headers are the more interesting.
                let at = next(if round % 2 == 0 { 40 } else { bytes.len() });
                bytes[at] = next(256) as u8;
            }
            bytes.truncate(if round % 5 == 0 { next(bytes.len()) } else { bytes.len() });
            let ended = unpack(name, "-d", &bytes);
            assert!(matches!(ended.status.code(), Some(0..=2)), "{name} {round}: {:?}", ended.status);
        }
    }
}
