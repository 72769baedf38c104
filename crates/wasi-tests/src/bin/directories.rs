//! Listing, making, moving and removing directories.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{filetype, oflags};
use wasi_tests::*;

wasi_tests::program!(main);

const DIRECTORY: How = How { oflags: oflags::DIRECTORY, follow: false, base: 0, inheriting: 0, fdflags: 0 };
const HEADER: usize = 24;

fn main() {
    let dir = make_directory(FOLDER, "directories");
    listing(dir);
    many(dir);
    short_buffers(dir);
    moving_directories(dir);
    moving_files(dir);
    moving_with_slashes(dir);
    times(dir);
    check("close the directory", close(dir), &[SUCCESS]);
}

/// An entry of a listing.
struct Entry<'a> {
    next: u64,
    ino: u64,
    kind: u8,
    name: &'a [u8],
}

fn list(dir: Fd, buf: &mut [u8], cookie: u64) -> Result<usize, Errno> {
    let mut used = 0;
    let errno = unsafe { raw::fd_readdir(dir, buf.as_mut_ptr(), buf.len(), cookie, &mut used) };
    if errno == 0 { Ok(used) } else { Err(errno) }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

/// The whole entries of a buffer.
fn entries(mut buf: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    core::iter::from_fn(move || {
        let length = number(buf.get(16..20)?) as usize;
        let name = buf.get(HEADER..HEADER + length)?;
        let entry = Entry { next: number(&buf[..8]), ino: number(&buf[8..16]), kind: buf[20], name };
        buf = &buf[HEADER + length..];
        Some(entry)
    })
}

fn find<'a>(buf: &'a [u8], name: &[u8]) -> Option<Entry<'a>> {
    entries(buf).find(|entry| entry.name == name)
}

fn listing(dir: Fd) {
    let mut buf = [0; 512];
    let used = list(dir, &mut buf, 0).unwrap_or(0);
    equal("entries of an empty directory", entries(&buf[..used]).count() as u64, 2);
    let own = find(&buf[..used], b".");
    holds("its own", own.is_some_and(|entry| entry.ino == fstat(dir).ino && entry.kind == filetype::DIRECTORY));
    let above = find(&buf[..used], b"..");
    holds("the one above", above.is_some_and(|entry| entry.kind == filetype::DIRECTORY));
    make_file(dir, "file");
    symlink("file", dir, "link");
    mkdir(dir, "sub");
    let used = list(dir, &mut buf, 0).unwrap_or(0);
    equal("entries of five", entries(&buf[..used]).count() as u64, 5);
    let ino = stat(dir, 0, "file").map_or(0, |found| found.ino);
    let file = find(&buf[..used], b"file");
    holds("a file", file.is_some_and(|entry| entry.ino == ino && entry.kind == filetype::REGULAR_FILE));
    holds("a link", find(&buf[..used], b"link").is_some_and(|entry| entry.kind == filetype::SYMBOLIC_LINK));
    holds("a directory", find(&buf[..used], b"sub").is_some_and(|entry| entry.kind == filetype::DIRECTORY));
    let cookie = entries(&buf[..used]).nth(3).map_or(0, |entry| entry.next);
    let mut last = [0; 16];
    let length = entries(&buf[..used]).nth(4).map_or(0, |entry| {
        last[..entry.name.len()].copy_from_slice(entry.name);
        entry.name.len()
    });
    let used = list(dir, &mut buf, cookie).unwrap_or(0);
    let mut rest = entries(&buf[..used]);
    holds("the last, by its cookie", rest.next().is_some_and(|entry| entry.name == &last[..length]));
    holds("and nothing more", rest.next().is_none());
    rmdir(dir, "sub");
    unlink(dir, "link");
    unlink(dir, "file");
}

fn name_of(count: u32, buf: &mut [u8; 8]) -> &str {
    let mut rest = count;
    for at in (4..8).rev() {
        buf[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    buf[..4].copy_from_slice(b"file");
    core::str::from_utf8(buf).unwrap_or("")
}

fn many(dir: Fd) {
    let mut name = [0; 8];
    for count in 0..1000 {
        make_file(dir, name_of(count, &mut name));
    }
    let (mut total, mut cookie, mut rounds) = (0, 0, 0);
    let mut buf = [0; 256];
    loop {
        let used = list(dir, &mut buf, cookie).unwrap_or(0);
        total += entries(&buf[..used]).count();
        cookie = entries(&buf[..used]).last().map_or(cookie, |entry| entry.next);
        rounds += 1;
        if used < buf.len() || rounds > 1000 {
            break;
        }
    }
    equal("entries of a thousand", total as u64, 1002);
    let mut removed = 0;
    for count in 0..1000 {
        removed += u64::from(unlink(dir, name_of(count, &mut name)) == SUCCESS);
    }
    equal("all are removed", removed, 1000);
    let used = list(dir, &mut buf, 0).unwrap_or(0);
    equal("none are left", entries(&buf[..used]).count() as u64, 2);
}

fn short_buffers(dir: Fd) {
    make_file(dir, "file");
    for (name, length) in [("no buffer", 0), ("a byte", 1), ("a part of a header", 20), ("a header", 24)] {
        let mut buf = [0; 24];
        equal(name, list(dir, &mut buf[..length], 0).unwrap_or(99) as u64, length as u64);
    }
    let file = open(dir, "file", How::default());
    check("list a file", errno_of(list(file, &mut [0; 64], 0)), &[NOTDIR, BADF, NOTCAPABLE]);
    check("list nothing", errno_of(list(4000, &mut [0; 64], 0)), &[BADF]);
    close(file);
    unlink(dir, "file");
}

fn moving_directories(dir: Fd) {
    mkdir(dir, "source");
    check("rename a directory", rename(dir, "source", dir, "target"), &[SUCCESS]);
    check("its old name is gone", open_errno(dir, "source", DIRECTORY), &[NOENT]);
    check("its new name is there", open_errno(dir, "target", DIRECTORY), &[SUCCESS]);
    mkdir(dir, "source");
    check("onto an empty one", rename(dir, "source", dir, "target"), &[SUCCESS]);
    check("the source is gone", open_errno(dir, "source", DIRECTORY), &[NOENT]);
    mkdir(dir, "source");
    make_file(dir, "target/file");
    check("onto one that is not empty", rename(dir, "source", dir, "target"), &[NOTEMPTY]);
    check("onto a file", rename(dir, "source", dir, "target/file"), &[NOTDIR]);
    check("into itself", rename(dir, "target", dir, "target/sub"), &[INVAL]);
    check("onto what holds it", rename(dir, "target/file", dir, "target"), &[ISDIR, NOTEMPTY]);
    check("a missing one", rename(dir, "missing", dir, "other"), &[NOENT]);
    check("into a missing one", rename(dir, "source", dir, "missing/other"), &[NOENT]);
    unlink(dir, "target/file");
    rmdir(dir, "source");
    check("remove the target", rmdir(dir, "target"), &[SUCCESS]);
}

fn moving_files(dir: Fd) {
    make_file(dir, "source");
    check("rename a file", rename(dir, "source", dir, "target"), &[SUCCESS]);
    check("old name of the file", open_errno(dir, "source", How::default()), &[NOENT]);
    check("new name of the file", open_errno(dir, "target", How::default()), &[SUCCESS]);
    make_file(dir, "source");
    check("onto a file that is there", rename(dir, "source", dir, "target"), &[SUCCESS]);
    check("onto itself", rename(dir, "target", dir, "target"), &[SUCCESS]);
    unlink(dir, "target");
    make_file(dir, "source");
    mkdir(dir, "target");
    check("a file onto a directory", rename(dir, "source", dir, "target"), &[ISDIR]);
    check("a file into a directory", rename(dir, "source", dir, "target/file"), &[SUCCESS]);
    check("a file with a slash", rename(dir, "target/file/", dir, "other"), &[NOTDIR]);
    unlink(dir, "target/file");
    check("mkdir of what is there", mkdir(dir, "target"), &[EXIST]);
    check("mkdir of what is there, with a slash", mkdir(dir, "target/"), &[EXIST]);
    check("mkdir with a slash", mkdir(dir, "made/"), &[SUCCESS]);
    rmdir(dir, "made");
    check("remove the directory", rmdir(dir, "target"), &[SUCCESS]);
}

fn moving_with_slashes(dir: Fd) {
    mkdir(dir, "source");
    check("a slash behind the source", rename(dir, "source/", dir, "target"), &[SUCCESS]);
    check("a slash behind the target", rename(dir, "target", dir, "source/"), &[SUCCESS]);
    check("slashes behind both", rename(dir, "source/", dir, "target/"), &[SUCCESS]);
    check("no slashes", rename(dir, "target", dir, "source"), &[SUCCESS]);
    check("remove what moved", rmdir(dir, "source"), &[SUCCESS]);
}

fn times(dir: Fd) {
    use raw::fstflags::{ATIM, ATIM_NOW, MTIM, MTIM_NOW};
    make_file(dir, "file");
    symlink("file", dir, "link");
    let before = stat(dir, 0, "file").unwrap_or_default();
    let of_link = stat(dir, 0, "link").unwrap_or_default().mtim;
    check("set a file's mtim", set_times(dir, 0, "file", 0, before.mtim - 100, MTIM), &[SUCCESS]);
    let now = |path, flags| stat(dir, flags, path).unwrap_or_default();
    holds("to the nanosecond", now("file", 0).mtim == before.mtim - 100);
    check("mtim and now", set_times(dir, 0, "file", 0, 5, MTIM | MTIM_NOW), &[INVAL]);
    check("atim and now", set_times(dir, 0, "file", 5, 0, ATIM | ATIM_NOW), &[INVAL]);
    holds("which change nothing", now("file", 0).mtim == before.mtim - 100);
    check("set a link's mtim", set_times(dir, 0, "link", 0, of_link - 200, MTIM), &[SUCCESS]);
    holds("of the link", now("link", 0).mtim == of_link - 200);
    holds("not of the file", now("file", 0).mtim == before.mtim - 100);
    holds("which is what the link shows", now("link", FOLLOW).mtim == before.mtim - 100);
    check("set it through the link", set_times(dir, FOLLOW, "link", 7, 9, ATIM | MTIM), &[SUCCESS]);
    holds("both times", now("file", 0).atim == 7 && now("file", 0).mtim == 9);
    check("set them to now", set_times(dir, 0, "file", 0, 0, ATIM_NOW | MTIM_NOW), &[SUCCESS]);
    holds("later than before", now("file", 0).mtim >= before.mtim);
    check("of nothing", set_times(dir, 0, "missing", 0, 0, MTIM), &[NOENT]);
    unlink(dir, "link");
    check("remove the file of times", unlink(dir, "file"), &[SUCCESS]);
}
