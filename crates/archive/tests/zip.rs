//! zip and unzip beside Info-ZIP's, and hostile archives.

mod beside;
mod random;

use std::fs;
use std::process::{Command, Stdio};

use beside::{beside, each};

const PROGRAM: &str = env!("CARGO_BIN_EXE_archive");

const SETUP: &str = "export TZ=UTC; echo hi > d/b; chmod 640 a; touch -d '2020-01-02 03:04:06' a b d/b d; $Z -qr r.zip a d; mkdir o\n";

#[test]
fn unzip_gives_the_same() {
    each(
        &["unzip"],
        &[
            "unzip -l r.zip; unzip -v r.zip; unzip -Z1 r.zip; unzip -t r.zip; unzip -Z r.zip; unzip -lq r.zip; unzip -qql r.zip; unzip -tq r.zip",
            "cd o; unzip ../r.zip; ls -lR --time-style=+%s | cut -c1-11,30-; unzip -o ../r.zip; unzip -n ../r.zip; unzip ../r.zip; echo $?; cat d/b",
            "cd o; unzip -q ../r.zip a -d q; find q; unzip -p ../r.zip a | head -2; unzip -c ../r.zip d/b; unzip nope; echo $?; unzip ../r.zip nope",
            "cd o; unzip ../a; echo $?; unzip -j -o ../r.zip -d j; ls j; unzip -l ../r.zip 'd/*'; unzip -o ../r.zip -x a -d x; ls x",
            "cd o; unzip ../r; unzip -u ../r.zip; unzip ../r.zip -d q2/q3; echo $?; unzip -C -l ../r.zip A; unzip -L ../r.zip -d low; head -c 100 ../r.zip > t.zip; unzip t.zip",
            "cd o; unzip -q ../r.zip; echo x > a; printf 'n\\n' | unzip ../r.zip a; cat a; printf 'A\\n' | unzip ../r.zip; head -1 a; unzip -f ../r.zip",
            "ln -s a l; zip -qy y.zip l; unzip -l y.zip | cut -c1-10; unzip -qo y.zip -d o; readlink o/l",
            "python3 -c \"import zipfile; z = zipfile.ZipFile('z.zip', 'w', zipfile.ZIP_BZIP2); z.writestr('x', 'abc' * 100); z.close()\"; unzip -v z.zip | cut -c1-30; unzip -p z.zip | wc -c",
            "python3 -c \"import zipfile; z = zipfile.ZipFile('z.zip', 'w'); f = z.open('x', 'w', force_zip64=True); f.write(b'hi'); f.close(); z.close()\"; unzip -p z.zip; unzip -t z.zip",
        ],
        |script| format!("{}{script}", SETUP.replace("$Z", "zip")),
    );
}

#[test]
fn zip_gives_the_same() {
    each(
        &["zip"],
        &[
            "zip z.zip a d/b; zip z.zip a; zip -q z.zip nope; echo $?; zip -j j.zip d/b; unzip -Z1 j.zip; unzip -t z.zip",
            "zip -r x.zip . -x '*.zip' | sort; unzip -Z1 x.zip | sort; zip -0 s.zip a; unzip -v s.zip | cut -c1-40",
            "zip z.zip a d/b; zip -d z.zip d/b; unzip -Z1 z.zip; zip -d z.zip nope; echo $?; zip e.zip; echo $?",
            "cat a | zip p.zip -; unzip -p p.zip | wc -l; zip - a 2>/dev/null > q.zip; unzip -Z1 q.zip; echo a | zip at.zip -@; zip -m m.zip d/b; ls d",
            "zip -q z.zip a; zip -u z.zip a d/b; touch a; zip -u z.zip a; zip -D -rq nd.zip d; unzip -Z1 nd.zip; zip -X x2.zip a; zip -Q x a; echo $?; ls",
            "ln -s a l; zip y.zip -y l; unzip -qo y.zip -d o; ls -l o | cut -c1; zip n.zip l; unzip -v n.zip | cut -c1-10; zip -r i.zip . -i '*b' | sort",
            "zip -q z.zip ./a; unzip -Z1 z.zip; zip -r z2 d; ls *.zip; unzip -q z2 -d o; stat -c '%a %Y' o/d/b o/d",
            "touch -d 2021-01-01 d/b; zip -qr z d; zip -FS -r z d; echo n > d/n; zip -FS -r z d; rm d/b; zip -FS -r z d; unzip -Z1 z",
            "zip -q z a; zip -u z a; echo $?; zip -f z; echo $?; touch a; zip -f z a; zip -u none a; zip -T z; zip -sf z",
            "echo '*b' > ex; zip -r x d -x@ex; zip -r y d -x@nope; echo $?; zip -R r '*b'; zip -r e --exclude='*b' d; zip -n b:c n.zip a d/b",
            "zip -l c a; unzip -p c | od -c | head -2; echo 'a note' | zip -z c a; unzip -z c; zip -v v.zip d/b; zip o.zip -- a; zip -d z nope; zip -t 2030-01-01 t a; echo $?",
        ],
        // How well deflate does is not what is compared.
        |script| format!("{}zip() {{ command zip \"$@\" | sed 's/[0-9]*%/N%/g'; return ${{PIPESTATUS[0]}}; }}\n{}", SETUP.replace("$Z", "/usr/bin/zip"), script.replace("zip - a", "command zip - a")),
    );
}

#[test]
fn nothing_is_unzipped_outside_the_folder() {
    let make = |members: &str| {
        format!("cat > m.py <<'E'\nimport zipfile, stat\nz = zipfile.ZipFile('evil.zip', 'w')\ndef link(n, t):\n    i = zipfile.ZipInfo(n); i.create_system = 3; i.external_attr = (stat.S_IFLNK | 0o777) << 16; z.writestr(i, t)\n{members}\nz.close()\nE\npython3 m.py 2>/dev/null; mkdir -p out; cd out; unzip -o ../evil.zip; unzip -o ../evil.zip; cd ..; ls; find out | sort; cat a | wc -l")
    };
    for (index, members) in [
        "z.writestr('../evil', 'x'); z.writestr('d/../../evil', 'x')",
        "z.writestr('/tmp/evil-absolute', 'x')",
        "link('s', '..'); z.writestr('s/evil', 'x')",
        "link('t', '..'); link('s', 't'); z.writestr('s/evil', 'x')",
        "link('b', '.'); link('x', 'b/b/../..'); z.writestr('x/evil', 'x')",
        "link('h', '../a'); z.writestr('h', 'x')",
        "link('abs', '/tmp'); z.writestr('abs/evil', 'x')",
    ]
    .iter()
    .enumerate()
    {
        let files = beside("seq 1000 > a");
        let output = files.run(&["unzip"], true, &make(members));
        assert!(!files.folder().join("evil").exists(), "{index} {output}");
        assert!(output.ends_with("1000\n=> 0\n"), "{index} {output}");
        let out = fs::canonicalize(files.folder().join("out")).unwrap();
        for entry in fs::read_dir(&out).unwrap().flatten() {
            assert!(fs::canonicalize(entry.path()).is_ok_and(|real| real.starts_with(&out)) || !entry.path().exists(), "{index} {output}");
        }
    }
    assert!(!std::path::Path::new("/tmp/evil-absolute").exists());
}

#[test]
fn changed_archives_end_without_panic() {
    use std::os::unix::process::CommandExt;
    let files = beside("seq 1000 > a; mkdir d; seq 50 > d/b; zip -qr r.zip a d; mkdir out");
    let whole = fs::read(files.folder().join("r.zip")).unwrap();
    let mut next = random::numbers(88_172_645_463_325_252);
    for round in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..1 + next(5) {
            // The directory is the more interesting.
            let at = if round % 3 == 0 { next(bytes.len()) } else { bytes.len() - 1 - next(300) };
            bytes[at] = next(256) as u8;
        }
        bytes.truncate(if round % 7 == 0 { next(bytes.len()) } else { bytes.len() });
        fs::write(files.folder().join("m.zip"), bytes).unwrap();
        for arguments in [&["-o", "../m.zip"][..], &["-v", "../m.zip"]] {
            let mut child = Command::new(PROGRAM);
            child.arg0("unzip").args(arguments).current_dir(files.folder().join("out")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let status = child.status().unwrap();
            assert!(status.code().is_some_and(|code| code < 100), "{round}: {status:?}");
        }
        assert_eq!(fs::read_dir(files.folder()).unwrap().count(), 5, "{round}");
    }
}
