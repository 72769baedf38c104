//! Descriptors: numbers, kinds, and what cannot be done to which.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{fdflags, filetype, oflags, rights};
use wasi_tests::*;

wasi_tests::program!(main);

const CREATE: How = How { oflags: oflags::CREAT, follow: false, base: 0, inheriting: 0, fdflags: 0 };

fn main() {
    let dir = make_directory(FOLDER, "descriptors");
    of_a_directory(dir);
    seeking_directories(dir);
    preopens();
    renumbering(dir);
    kinds(dir);
    sockets();
    unlinked(dir);
    flags(dir);
    closing(dir);
    streams(dir);
}

fn of_a_directory(dir: Fd) {
    let mut buffer = [0; 16];
    let refused = [ISDIR, BADF, NOTCAPABLE];
    check("fd_read of a directory", errno_of(read(dir, &mut buffer)), &refused);
    check("fd_pread of a directory", errno_of(pread(dir, &mut buffer, 0)), &refused);
    check("fd_write of a directory", errno_of(write(dir, &buffer)), &refused);
    check("fd_pwrite of a directory", errno_of(pwrite(dir, &buffer, 0)), &refused);
    for whence in 0..3 {
        check("fd_seek of a directory", errno_of(seek(dir, 0, whence)), &refused);
    }
    check("fd_tell of a directory", errno_of(tell(dir)), &refused);
    check("fd_allocate of a directory", unsafe { raw::fd_allocate(dir, 0, 0) }, &[ISDIR, BADF, NOTCAPABLE, NOTSUP]);
    let set_size = unsafe { raw::fd_filestat_set_size(dir, 0) };
    check("fd_filestat_set_size of a directory", set_size, &[ISDIR, INVAL, BADF, NOTCAPABLE]);
    check("fd_sync of a directory", unsafe { raw::fd_sync(dir) }, &[SUCCESS, BADF]);
    equal("type of a directory", u64::from(fstat(dir).filetype), u64::from(filetype::DIRECTORY));
}

fn seeking_directories(dir: Fd) {
    mkdir(dir, "seek");
    let how = How { oflags: oflags::DIRECTORY, base: rights::FD_SEEK, ..How::default() };
    let fd = open(dir, "seek", how);
    check("fd_seek of a directory opened to seek", errno_of(seek(fd, 0, 1)), &[BADF]);
    let base = fdstat(fd).map_or(rights::FD_SEEK, |found| found.rights_base);
    equal("it has not the right", base & rights::FD_SEEK, 0);
    close(fd);
    check("rmdir of it", rmdir(dir, "seek"), &[SUCCESS]);
}

fn preopens() {
    let mut prestat = raw::Prestat { tag: 9, length: 0 };
    check("fd_prestat_get", unsafe { raw::fd_prestat_get(FOLDER, &mut prestat) }, &[SUCCESS]);
    equal("a directory", u64::from(prestat.tag), 0);
    equal("length of /", prestat.length as u64, 1);
    let mut name = [b'.'; 2];
    let short = unsafe { raw::fd_prestat_dir_name(FOLDER, name.as_mut_ptr(), 0) };
    check("fd_prestat_dir_name into nothing", short, &[INVAL, NAMETOOLONG]);
    let long = unsafe { raw::fd_prestat_dir_name(FOLDER, name.as_mut_ptr(), 2) };
    check("fd_prestat_dir_name into more", long, &[SUCCESS]);
    holds("its name", &name == b"/.");
    check("fd_prestat_get of another", unsafe { raw::fd_prestat_get(4, &mut prestat) }, &[BADF]);
    check("fd_prestat_get of a stream", unsafe { raw::fd_prestat_get(1, &mut prestat) }, &[BADF]);
}

fn renumbering(dir: Fd) {
    let base = rights::FD_READ | rights::FD_WRITE;
    let from = open(dir, "one", How { base, ..CREATE });
    let to = open(dir, "two", How { base, ..CREATE });
    let before = fdstat(from);
    check("fd_renumber", unsafe { raw::fd_renumber(from, to) }, &[SUCCESS]);
    check("the one is closed", close(from), &[BADF]);
    holds("the other is what it was", before.is_ok() && fdstat(to) == before);
    check("fd_renumber of what is closed", unsafe { raw::fd_renumber(from, to) }, &[BADF]);
    check("fd_renumber to what is closed", unsafe { raw::fd_renumber(to, 1000) }, &[BADF]);
    check("fd_renumber to itself", unsafe { raw::fd_renumber(to, to) }, &[SUCCESS]);
    check("close it", close(to), &[SUCCESS]);
    check("close it again", close(to), &[BADF]);
    unlink(dir, "one");
    unlink(dir, "two");
    let again = open(dir, "one", CREATE);
    holds("a number that is free is taken", again == from || again == to);
    close(again);
    unlink(dir, "one");
}

fn kinds(dir: Fd) {
    let file = open(dir, "file", CREATE);
    let found = fdstat(file).map_or(0, |found| u64::from(found.filetype));
    equal("type of a file's descriptor", found, u64::from(filetype::REGULAR_FILE));
    holds("a file is no terminal", found != u64::from(filetype::CHARACTER_DEVICE));
    equal("flags of a file", fdstat(file).map_or(9, |found| u64::from(found.flags)), 0);
    close(file);
    unlink(dir, "file");
    for fd in [4000, u32::MAX] {
        check("fd_fdstat_get of no descriptor", errno_of(fdstat(fd)), &[BADF]);
        check("fd_read of no descriptor", errno_of(read(fd, &mut [0; 4])), &[BADF]);
        check("fd_write of no descriptor", errno_of(write(fd, &[0; 4])), &[BADF]);
        check("fd_seek of no descriptor", errno_of(seek(fd, 0, 0)), &[BADF]);
        check("fd_close of no descriptor", close(fd), &[BADF]);
    }
    check("fd_tell of a stream", errno_of(tell(1)), &[SPIPE]);
    check("fd_pwrite of a stream", errno_of(pwrite(1, b"x", 0)), &[SPIPE, BADF]);
}

fn sockets() {
    check("sock_shutdown of a stream", unsafe { raw::sock_shutdown(1, 1) }, &[NOTSOCK]);
    check("sock_shutdown of a directory", unsafe { raw::sock_shutdown(FOLDER, 3) }, &[NOTSOCK, BADF]);
    check("sock_shutdown of no descriptor", unsafe { raw::sock_shutdown(4000, 1) }, &[BADF]);
}

fn unlinked(dir: Fd) {
    let base = rights::FD_READ | rights::FD_WRITE;
    let fd = open(dir, "file", How { base, ..CREATE });
    check("unlink a file that is open", unlink(dir, "file"), &[SUCCESS]);
    equal("it has no links", fstat(fd).nlink, 0);
    equal("it can be written", write(fd, b"kept").unwrap_or(0) as u64, 4);
    let mut buffer = [0; 4];
    equal("and read", pread(fd, &mut buffer, 0).unwrap_or(0) as u64, 4);
    holds("what was written", &buffer == b"kept");
    make_file(dir, "file");
    equal("a new one of its name is empty", stat(dir, 0, "file").map_or(9, |found| found.size), 0);
    unlink(dir, "file");
    close(fd);
    mkdir(dir, "gone");
    let gone = open(dir, "gone", How { oflags: oflags::DIRECTORY, ..How::default() });
    check("rmdir of what is open", rmdir(dir, "gone"), &[SUCCESS]);
    check("mkdir of its name", mkdir(dir, "gone"), &[SUCCESS]);
    check("create in what is gone", open_errno(gone, "x", CREATE), &[NOENT]);
    close(gone);
    rmdir(dir, "gone");
}

fn flags(dir: Fd) {
    let base = rights::FD_READ | rights::FD_WRITE | rights::FD_FDSTAT_SET_FLAGS;
    let fd = open(dir, "file", How { base, fdflags: fdflags::APPEND, ..CREATE });
    let shown = |fd| fdstat(fd).map_or(99, |found| u64::from(found.flags));
    equal("a file opened to append", shown(fd), u64::from(fdflags::APPEND));
    check("fd_fdstat_set_flags to none", unsafe { raw::fd_fdstat_set_flags(fd, 0) }, &[SUCCESS]);
    equal("appends no more", shown(fd), 0);
    check("fd_fdstat_set_flags to append", unsafe { raw::fd_fdstat_set_flags(fd, 1) }, &[SUCCESS]);
    equal("appends again", shown(fd), 1);
    close(fd);
    // What writes through is refused by some, and kept by the others.
    let through = open_at(dir, "file", How { base, fdflags: fdflags::SYNC, ..How::default() });
    check("O_SYNC", errno_of(through), &[SUCCESS, NOTSUP]);
    if let Ok(fd) = through {
        holds("is kept", shown(fd) & u64::from(fdflags::SYNC) != 0);
        close(fd);
    } else {
        holds("is kept", true);
    }
    unlink(dir, "file");
}

fn closing(dir: Fd) {
    let before = fstat(dir);
    let copy = open(dir, ".", How { oflags: oflags::DIRECTORY, base: rights::FD_FILESTAT_GET, ..How::default() });
    check("renumber over the folder", unsafe { raw::fd_renumber(copy, FOLDER) }, &[SUCCESS]);
    holds("it is the other directory now", fstat(FOLDER).ino == before.ino);
    check("whose old number is closed", errno_of(fdstat(copy)), &[BADF]);
    check("close the folder", close(FOLDER), &[SUCCESS]);
    check("it is closed", errno_of(fdstat(FOLDER)), &[BADF]);
    check("the directory is not", errno_of(fdstat(dir)), &[SUCCESS]);
}

/// Last: moves standard output where it can still be written to.
fn streams(dir: Fd) {
    for stream in [0, 2] {
        let to = open(dir, "stream", CREATE);
        check("renumber a stream", unsafe { raw::fd_renumber(stream, to) }, &[SUCCESS]);
        check("it is there", errno_of(fdstat(to)), &[SUCCESS]);
        check("and not here", errno_of(fdstat(stream)), &[BADF]);
        unlink(dir, "stream");
    }
    let to = open(dir, "stream", CREATE);
    check("fd_write of standard output", errno_of(write(1, b"")), &[SUCCESS]);
    unlink(dir, "stream");
    close(to);
}
