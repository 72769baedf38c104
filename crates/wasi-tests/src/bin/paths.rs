//! Spellings of a path, and what `path_open` makes of its flags.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{filetype, oflags, rights};
use wasi_tests::*;

wasi_tests::program!(main);

fn main() {
    let dir = make_directory(FOLDER, "paths");
    mkdir(dir, "dir");
    mkdir(dir, "dir/nested");
    make_file(dir, "dir/nested/file");
    spellings(dir);
    lengths(dir);
    flags(dir);
    creation(dir);
    existence(dir);
    unlinking(dir);
    check("close the directory", close(dir), &[SUCCESS]);
}

fn plain(dir: Fd, path: &str) -> Errno {
    open_errno(dir, path, How::default())
}

fn spellings(dir: Fd) {
    check("open a file", plain(dir, "dir/nested/file"), &[SUCCESS]);
    check("open an absolute path", plain(dir, "/dir/nested/file"), &[PERM]);
    check("open through dots", plain(dir, "dir/.//nested/../../dir/nested/../nested///./file"), &[SUCCESS]);
    check("open with NUL at the end", plain(dir, "dir/nested/file\0"), &[INVAL, ILSEQ]);
    check("open with NUL inside", plain(dir, "dir\0/nested"), &[INVAL, ILSEQ]);
    check("open a file with a slash", plain(dir, "dir/nested/file/"), &[NOTDIR, NOENT]);
    check("open a file with slashes", plain(dir, "dir/nested/file///"), &[NOTDIR, NOENT]);
    check("open a directory with a slash", plain(dir, "dir/nested/"), &[SUCCESS]);
    check("open a directory with slashes", plain(dir, "dir/nested///"), &[SUCCESS]);
    check("open above the directory", plain(dir, "dir/nested/../../../paths/dir"), &[PERM]);
    check("open ..", plain(dir, ".."), &[PERM]);
    check("open ../x", plain(dir, "../x"), &[PERM]);
    check("open .", plain(dir, "."), &[SUCCESS]);
    check("open ./", plain(dir, "./"), &[SUCCESS]);
    check("open dir/.", plain(dir, "dir/."), &[SUCCESS]);
    check("open dir/..", plain(dir, "dir/.."), &[SUCCESS]);
    check("open an empty path", plain(dir, ""), &[NOENT]);
    check("open what is missing", plain(dir, "missing"), &[NOENT]);
    check("open beneath what is missing", plain(dir, "missing/x"), &[NOENT]);
    check("open beneath a file", plain(dir, "dir/nested/file/x"), &[NOTDIR]);
    check("mkdir with an absolute path", mkdir(dir, "/x"), &[PERM]);
    check("mkdir above", mkdir(dir, "../x"), &[PERM]);
    check("stat an absolute path", errno_of(stat(dir, 0, "/dir")), &[PERM]);
    check("stat above", errno_of(stat(dir, FOLLOW, "dir/../..")), &[PERM]);
}

fn lengths(dir: Fd) {
    let long = core::str::from_utf8(&[b'n'; 255]).unwrap_or("");
    let over = core::str::from_utf8(&[b'n'; 256]).unwrap_or("");
    check("mkdir of 255 bytes", mkdir(dir, long), &[SUCCESS]);
    check("rmdir of 255 bytes", rmdir(dir, long), &[SUCCESS]);
    check("mkdir of 256 bytes", mkdir(dir, over), &[NAMETOOLONG]);
    check("open of 256 bytes", plain(dir, over), &[NAMETOOLONG]);
    check("stat of 256 bytes", errno_of(stat(dir, 0, over)), &[NAMETOOLONG]);
    static mut DOTS: [u8; 6000] = [0; 6000];
    let bytes = unsafe { &mut *(&raw mut DOTS) };
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = if at % 2 == 0 { b'.' } else { b'/' };
    }
    let dots = core::str::from_utf8(bytes).unwrap_or("");
    check("open of 6,000 bytes", plain(dir, dots), &[SUCCESS, NAMETOOLONG]);
}

fn flags(dir: Fd) {
    let directory = |base| How { oflags: oflags::DIRECTORY, base, ..How::default() };
    check("O_DIRECTORY of a directory", open_errno(dir, "dir", directory(0)), &[SUCCESS]);
    check("O_DIRECTORY to read", open_errno(dir, "dir", directory(rights::FD_READ)), &[SUCCESS]);
    let both = rights::FD_READ | rights::FD_WRITE;
    check("O_DIRECTORY to read and write", open_errno(dir, "dir", directory(both)), &[ISDIR]);
    check("O_DIRECTORY to read and write .", open_errno(FOLDER, ".", directory(both)), &[ISDIR]);
    check("O_DIRECTORY of a file", open_errno(dir, "dir/nested/file", directory(0)), &[NOTDIR]);
    check("O_DIRECTORY of nothing", open_errno(dir, "missing", directory(0)), &[NOENT]);
    let write = How { base: rights::FD_WRITE, ..How::default() };
    check("write a directory", open_errno(dir, "dir", write), &[ISDIR]);
    let made = How { oflags: oflags::DIRECTORY | oflags::CREAT, ..How::default() };
    check("O_CREAT and O_DIRECTORY", open_errno(dir, "new", made), &[INVAL]);
    let nonblock = How { fdflags: raw::fdflags::NONBLOCK, ..How::default() };
    check("O_NONBLOCK of a directory", open_errno(dir, ".", nonblock), &[SUCCESS]);
    let file = open(dir, "dir/nested/file", How::default());
    check("open from a file", plain(file, "x"), &[NOTDIR, NOTCAPABLE, BADF]);
    let creating = How { oflags: oflags::CREAT, ..How::default() };
    check("create from a file", open_errno(file, "x", creating), &[NOTDIR, NOTCAPABLE, BADF]);
    check("open from a closed descriptor", plain(99, "x"), &[BADF]);
    close(file);
}

fn creation(dir: Fd) {
    let create = How { oflags: oflags::CREAT, ..How::default() };
    let exclusive = How { oflags: oflags::CREAT | oflags::EXCL, ..How::default() };
    check("O_EXCL of nothing", open_errno(dir, "fresh", exclusive), &[SUCCESS]);
    check("O_EXCL of a file", open_errno(dir, "fresh", exclusive), &[EXIST]);
    check("O_EXCL of a directory", open_errno(dir, "dir", exclusive), &[EXIST]);
    check("O_CREAT of a file", open_errno(dir, "fresh", create), &[SUCCESS]);
    check("O_CREAT with a slash", open_errno(dir, "other/", create), &[NOENT, ISDIR, NOTDIR]);
    check("O_CREAT beneath nothing", open_errno(dir, "missing/other", create), &[NOENT]);
    check("remove what was made", unlink(dir, "fresh"), &[SUCCESS]);
    check("and again", unlink(dir, "fresh"), &[NOENT]);
}

fn existence(dir: Fd) {
    for (name, path, flags, kind) in [
        ("type of a directory", "dir", 0, filetype::DIRECTORY),
        ("type of a directory, followed", "dir", FOLLOW, filetype::DIRECTORY),
        ("type of a file", "dir/nested/file", 0, filetype::REGULAR_FILE),
        ("type of a file, followed", "dir/nested/file", FOLLOW, filetype::REGULAR_FILE),
    ] {
        equal(name, stat(dir, flags, path).map_or(0, |found| u64::from(found.filetype)), u64::from(kind));
    }
    symlink("dir/nested/file", dir, "link");
    symlink("dir", dir, "link-dir");
    for (name, path, flags, kind) in [
        ("type of a link", "link", 0, filetype::SYMBOLIC_LINK),
        ("type of a link, followed", "link", FOLLOW, filetype::REGULAR_FILE),
        ("type of a link to a directory", "link-dir", 0, filetype::SYMBOLIC_LINK),
        ("type of a link to a directory, followed", "link-dir", FOLLOW, filetype::DIRECTORY),
    ] {
        equal(name, stat(dir, flags, path).map_or(0, |found| u64::from(found.filetype)), u64::from(kind));
    }
    check("stat through a link", errno_of(stat(dir, 0, "link-dir/nested/file")), &[SUCCESS]);
    unlink(dir, "link");
    unlink(dir, "link-dir");
}

fn unlinking(dir: Fd) {
    check("unlink a directory", unlink(dir, "dir"), &[ISDIR]);
    check("unlink a directory with a slash", unlink(dir, "dir/"), &[ISDIR]);
    check("unlink a file with a slash", unlink(dir, "dir/nested/file/"), &[NOTDIR]);
    check("rmdir of a file", rmdir(dir, "dir/nested/file"), &[NOTDIR]);
    check("rmdir of a file with a slash", rmdir(dir, "dir/nested/file/"), &[NOTDIR]);
    check("rmdir of what is not empty", rmdir(dir, "dir"), &[NOTEMPTY]);
    check("unlink a file", unlink(dir, "dir/nested/file"), &[SUCCESS]);
    check("rmdir of a directory", rmdir(dir, "dir/nested"), &[SUCCESS]);
    mkdir(dir, "slash");
    // Stock wasmtime refuses the slash; Linux does not.
    check("rmdir with a slash", rmdir(dir, "slash/"), &[SUCCESS, INVAL]);
    check("rmdir of nothing", rmdir(dir, "missing"), &[NOENT]);
}
