//! Symbolic and hard links.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{oflags, rights};
use wasi_tests::*;

wasi_tests::program!(main);

const DIRECTORY: How = How { oflags: oflags::DIRECTORY, follow: false, base: 0, inheriting: 0, fdflags: 0 };
const FOLLOWED: How = How { follow: true, oflags: 0, base: 0, inheriting: 0, fdflags: 0 };
const FOLLOWED_DIRECTORY: How = How { follow: true, ..DIRECTORY };

fn main() {
    let dir = make_directory(FOLDER, "links");
    dangling(dir);
    followed(dir);
    reading(dir);
    slashes(dir);
    hard(dir);
    hard_to_links(dir);
    facts_of_hard(dir);
    check("close the directory", close(dir), &[SUCCESS]);
}

fn dangling(dir: Fd) {
    check("a link to nothing", symlink("target", dir, "dangling"), &[SUCCESS]);
    check("open it as a directory", open_errno(dir, "dangling", DIRECTORY), &[NOTDIR, LOOP]);
    check("open it", open_errno(dir, "dangling", How::default()), &[LOOP]);
    check("open what it names", open_errno(dir, "dangling", FOLLOWED), &[NOENT]);
    check("stat what it names", errno_of(stat(dir, FOLLOW, "dangling")), &[NOENT]);
    check("stat it", errno_of(stat(dir, 0, "dangling")), &[SUCCESS]);
    let exclusive = How { oflags: oflags::CREAT | oflags::EXCL, ..FOLLOWED };
    check("O_EXCL of it", open_errno(dir, "dangling", exclusive), &[EXIST]);
    check("unlink it", unlink(dir, "dangling"), &[SUCCESS]);
    check("a link to itself", symlink("loop", dir, "loop"), &[SUCCESS]);
    check("open the loop", open_errno(dir, "loop", How::default()), &[LOOP]);
    check("open the loop, followed", open_errno(dir, "loop", FOLLOWED), &[LOOP]);
    check("open beneath the loop", open_errno(dir, "loop/x", How::default()), &[LOOP]);
    check("unlink the loop", unlink(dir, "loop"), &[SUCCESS]);
    check("a link to an absolute path", symlink("/", dir, "absolute"), &[PERM, NOTCAPABLE]);
    check("a link out of the folder", symlink("../..", dir, "out"), &[SUCCESS]);
    check("open it, followed", open_errno(dir, "out", FOLLOWED_DIRECTORY), &[PERM]);
    check("unlink the link out", unlink(dir, "out"), &[SUCCESS]);
}

fn followed(dir: Fd) {
    mkdir(dir, "target");
    symlink("target", dir, "link");
    check("a directory's link as a directory", open_errno(dir, "link", DIRECTORY), &[LOOP, NOTDIR]);
    check("a directory's link", open_errno(dir, "link", How::default()), &[LOOP]);
    check("a directory's link, followed", open_errno(dir, "link", FOLLOWED_DIRECTORY), &[SUCCESS]);
    check("unlink a directory's link", unlink(dir, "link"), &[SUCCESS]);
    check("and the directory", rmdir(dir, "target"), &[SUCCESS]);
    make_file(dir, "target");
    symlink("target", dir, "link");
    check("a file's link as a directory", open_errno(dir, "link", DIRECTORY), &[LOOP, NOTDIR]);
    check("a file's link", open_errno(dir, "link", How::default()), &[LOOP]);
    check("a file's link, followed", open_errno(dir, "link", FOLLOWED), &[SUCCESS]);
    check("a file's link, followed as a directory", open_errno(dir, "link", FOLLOWED_DIRECTORY), &[NOTDIR]);
    check("rmdir of a link", rmdir(dir, "link"), &[NOTDIR]);
    unlink(dir, "link");
    check("unlink the file", unlink(dir, "target"), &[SUCCESS]);
}

fn reading(dir: Fd) {
    symlink("target", dir, "link");
    let mut buffer = [b'.'; 10];
    equal("length of a target", readlink(dir, "link", &mut buffer).unwrap_or(0) as u64, 6);
    holds("a target, and nothing behind it", &buffer == b"target....");
    let mut short = [0; 4];
    equal("length of a cut target", readlink(dir, "link", &mut short).unwrap_or(0) as u64, 4);
    holds("a cut target", &short == b"targ");
    make_file(dir, "file");
    check("readlink of a file", errno_of(readlink(dir, "file", &mut short)), &[INVAL]);
    check("readlink of nothing", errno_of(readlink(dir, "missing", &mut short)), &[NOENT]);
    unlink(dir, "file");
    unlink(dir, "link");
    check("a link with an empty target", symlink("", dir, "empty"), &[NOENT, INVAL]);
}

fn slashes(dir: Fd) {
    check("a link named with a slash", symlink("source", dir, "target/"), &[NOENT]);
    check("without the slash", symlink("source", dir, "target"), &[SUCCESS]);
    check("a link over a link", symlink("source", dir, "target"), &[EXIST]);
    unlink(dir, "target");
    mkdir(dir, "target");
    check("a link over a directory with a slash", symlink("source", dir, "target/"), &[EXIST]);
    check("a link over a directory", symlink("source", dir, "target"), &[EXIST]);
    rmdir(dir, "target");
    make_file(dir, "target");
    check("a link over a file with a slash", symlink("source", dir, "target/"), &[NOTDIR]);
    check("a link over a file", symlink("source", dir, "target"), &[EXIST]);
    check("unlink the file in the way", unlink(dir, "target"), &[SUCCESS]);
}

fn hard(dir: Fd) {
    make_file(dir, "file");
    check("link a file", link(dir, 0, "file", dir, "second"), &[SUCCESS]);
    equal("links of it", stat(dir, 0, "file").map_or(0, |found| found.nlink), 2);
    check("link over a file", link(dir, 0, "file", dir, "second"), &[EXIST]);
    check("link over itself", link(dir, 0, "file", dir, "file"), &[EXIST]);
    check("unlink the second", unlink(dir, "second"), &[SUCCESS]);
    equal("links left", stat(dir, 0, "file").map_or(0, |found| found.nlink), 1);
    mkdir(dir, "sub");
    check("link over a directory", link(dir, 0, "file", dir, "sub"), &[EXIST]);
    check("link a directory", link(dir, 0, "sub", dir, "second"), &[PERM, ACCES]);
    check("link with a slash", link(dir, 0, "file", dir, "second/"), &[NOENT]);
    check("link nothing", link(dir, 0, "missing", dir, "second"), &[NOENT]);
    check("link into another directory", link(dir, 0, "file", dir, "sub/second"), &[SUCCESS]);
    check("unlink it there", unlink(dir, "sub/second"), &[SUCCESS]);
    check("rmdir of it", rmdir(dir, "sub"), &[SUCCESS]);
    check("unlink the file linked", unlink(dir, "file"), &[SUCCESS]);
}

fn hard_to_links(dir: Fd) {
    make_file(dir, "file");
    symlink("target", dir, "link");
    check("link a dangling link", link(dir, 0, "link", dir, "second"), &[SUCCESS]);
    unlink(dir, "link");
    unlink(dir, "second");
    symlink("link", dir, "link");
    check("link a loop", link(dir, 0, "link", dir, "second"), &[SUCCESS]);
    unlink(dir, "link");
    unlink(dir, "second");
    symlink("target", dir, "link");
    check("link over a dangling link", link(dir, 0, "file", dir, "link"), &[EXIST]);
    check("link what a dangling link names", link(dir, FOLLOW, "link", dir, "second"), &[INVAL, NOENT]);
    unlink(dir, "link");
    check("unlink the file of links", unlink(dir, "file"), &[SUCCESS]);
}

fn facts_of_hard(dir: Fd) {
    let base = rights::FD_READ | rights::FD_FILESTAT_GET;
    let first = open(dir, "file", How { oflags: oflags::CREAT, base, inheriting: base, ..How::default() });
    link(dir, 0, "file", dir, "second");
    let second = open(dir, "second", How { base, inheriting: base, ..How::default() });
    let (a, b) = (fstat(first), fstat(second));
    holds("one inode", a.ino == b.ino && a.dev == b.dev);
    holds("one set of times", a.atim == b.atim && a.mtim == b.mtim && a.ctim == b.ctim);
    holds("one size, type and count", a.size == b.size && a.filetype == b.filetype && a.nlink == b.nlink);
    let (a, b) = (fdstat(first).unwrap_or_default(), fdstat(second).unwrap_or_default());
    holds("the same type and flags", a.filetype == b.filetype && a.flags == b.flags);
    close(first);
    close(second);
    unlink(dir, "file");
    check("unlink the last name", unlink(dir, "second"), &[SUCCESS]);
}
