//! Reading, writing, offsets and sizes of files.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{fdflags, oflags, rights, Ciovec, Iovec};
use wasi_tests::*;

wasi_tests::program!(main);

const ALL: u64 = rights::FD_READ
    | rights::FD_WRITE
    | rights::FD_SEEK
    | rights::FD_TELL
    | rights::FD_ALLOCATE
    | rights::FD_ADVISE
    | rights::FD_SYNC
    | rights::FD_DATASYNC
    | rights::FD_FDSTAT_SET_FLAGS
    | rights::FD_FILESTAT_GET
    | rights::FD_FILESTAT_SET_SIZE
    | rights::FD_FILESTAT_SET_TIMES;
const CREATE: How = How { oflags: oflags::CREAT, base: ALL, follow: false, inheriting: 0, fdflags: 0 };

fn main() {
    let dir = make_directory(FOLDER, "bytes");
    offsets(dir);
    positions(dir);
    vectors(dir);
    appending(dir);
    truncating(dir);
    sizes(dir);
    allocating(dir);
    two_descriptors(dir);
    one_way(dir);
    big(dir);
    check("close the directory", close(dir), &[SUCCESS]);
}

fn offsets(dir: Fd) {
    let fd = open(dir, "file", CREATE);
    equal("offset of a new file", tell(fd).unwrap_or(9), 0);
    equal("write 100 bytes", write(fd, &[7; 100]).unwrap_or(0) as u64, 100);
    equal("offset after it", tell(fd).unwrap_or(9), 100);
    equal("50 back", seek(fd, -50, 1).unwrap_or(9), 50);
    equal("to the beginning", seek(fd, 0, 0).unwrap_or(9), 0);
    equal("beyond the end", seek(fd, 1000, 1).unwrap_or(9), 1000);
    check("before the beginning", errno_of(seek(fd, -2000, 1)), &[INVAL]);
    equal("the offset stays", tell(fd).unwrap_or(9), 1000);
    equal("from the end", seek(fd, -1, 2).unwrap_or(9), 99);
    check("before the beginning, from the end", errno_of(seek(fd, -101, 2)), &[INVAL]);
    check("a negative offset", errno_of(seek(fd, -1, 0)), &[INVAL]);
    seek(fd, 0, 0).ok();
    equal("read 100 bytes", read(fd, &mut [0; 100]).unwrap_or(0) as u64, 100);
    equal("offset after reading", tell(fd).unwrap_or(9), 100);
    equal("read at the end", read(fd, &mut [0; 4]).unwrap_or(9) as u64, 0);
    close(fd);
    check("remove the file", unlink(dir, "file"), &[SUCCESS]);
}

fn positions(dir: Fd) {
    let fd = open(dir, "file", CREATE);
    equal("pwrite", pwrite(fd, &[0, 1, 2, 3], 0).unwrap_or(0) as u64, 4);
    let mut four = [9; 4];
    equal("pread", pread(fd, &mut four, 0).unwrap_or(0) as u64, 4);
    holds("what was written", four == [0, 1, 2, 3]);
    let mut tail = [0; 4];
    equal("pread of the rest", pread(fd, &mut tail, 2).unwrap_or(0) as u64, 2);
    holds("the rest", tail == [2, 3, 0, 0]);
    equal("pwrite into the middle", pwrite(fd, &[1, 0], 2).unwrap_or(0) as u64, 2);
    equal("pread of all", pread(fd, &mut four, 0).unwrap_or(0) as u64, 4);
    holds("all", four == [0, 1, 1, 0]);
    equal("pread beyond the end", pread(fd, &mut four, 100).unwrap_or(9) as u64, 0);
    equal("the offset is where it was", tell(fd).unwrap_or(9), 0);
    equal("pwrite beyond the end", pwrite(fd, &[5], 9).unwrap_or(0) as u64, 1);
    equal("size with a hole", fstat(fd).size, 10);
    let mut all = [9; 10];
    pread(fd, &mut all, 0).ok();
    holds("a hole of zeros", all == [0, 1, 1, 0, 0, 0, 0, 0, 0, 5]);
    close(fd);
    check("remove the file of positions", unlink(dir, "file"), &[SUCCESS]);
}

/// A call may move the first vector only: what matters is that none is lost.
fn vectors(dir: Fd) {
    let fd = open(dir, "file", CREATE);
    let text = b"one two three";
    let mut done = 0;
    while done < text.len() {
        let half = (text.len() - done).div_ceil(2);
        let vectors = [
            Ciovec { buf: text[done..].as_ptr(), len: half },
            Ciovec { buf: text[done + half..].as_ptr(), len: text.len() - done - half },
        ];
        let mut count = 0;
        if unsafe { raw::fd_write(fd, vectors.as_ptr(), 2, &mut count) } != 0 || count == 0 {
            break;
        }
        done += count;
    }
    equal("written in vectors", done as u64, text.len() as u64);
    seek(fd, 0, 0).ok();
    let mut found = [0; 13];
    let mut at = 0;
    while at < found.len() {
        let half = (found.len() - at).div_ceil(2);
        let (first, second) = found[at..].split_at_mut(half);
        let vectors = [
            Iovec { buf: first.as_mut_ptr(), len: first.len() },
            Iovec { buf: second.as_mut_ptr(), len: second.len() },
        ];
        let mut count = 0;
        if unsafe { raw::fd_read(fd, vectors.as_ptr(), 2, &mut count) } != 0 || count == 0 {
            break;
        }
        at += count;
    }
    holds("read in vectors", &found == text);
    let mut count = 9;
    check("no vectors", unsafe { raw::fd_read(fd, core::ptr::null(), 0, &mut count) }, &[SUCCESS]);
    equal("no bytes", count as u64, 0);
    close(fd);
    check("remove the file of vectors", unlink(dir, "file"), &[SUCCESS]);
}

fn appending(dir: Fd) {
    let fd = open(dir, "file", How { fdflags: fdflags::APPEND, ..CREATE });
    equal("append 100 bytes", write(fd, &[0; 100]).unwrap_or(0) as u64, 100);
    seek(fd, 0, 0).ok();
    equal("append 100 more from the beginning", write(fd, &[1; 100]).unwrap_or(0) as u64, 100);
    equal("they are behind", fstat(fd).size, 200);
    equal("offset behind them", tell(fd).unwrap_or(0), 200);
    let mut read_back = [9; 100];
    equal("read them", pread(fd, &mut read_back, 100).unwrap_or(0) as u64, 100);
    holds("the bytes appended", read_back == [1; 100]);
    check("stop appending", unsafe { raw::fd_fdstat_set_flags(fd, 0) }, &[SUCCESS]);
    seek(fd, 0, 0).ok();
    equal("write over the first", write(fd, &[2; 100]).unwrap_or(0) as u64, 100);
    equal("no longer", fstat(fd).size, 200);
    pread(fd, &mut read_back, 0).ok();
    holds("the bytes written over", read_back == [2; 100]);
    close(fd);
    equal("size by its path", stat(dir, 0, "file").map_or(0, |found| found.size), 200);
    check("remove the file appended to", unlink(dir, "file"), &[SUCCESS]);
}

fn truncating(dir: Fd) {
    let fd = open(dir, "file", How { base: rights::FD_WRITE, ..CREATE });
    write(fd, b"this will be gone").ok();
    close(fd);
    let base = rights::FD_READ | rights::FD_WRITE;
    let fd = open(dir, "file", How { oflags: oflags::CREAT | oflags::TRUNC, base, ..How::default() });
    equal("nothing left after O_TRUNC", read(fd, &mut [0; 20]).unwrap_or(9) as u64, 0);
    write(fd, b"more").ok();
    close(fd);
    let bare = open_errno(dir, "file", How { oflags: oflags::TRUNC, ..How::default() });
    check("O_TRUNC without a right", bare, &[SUCCESS]);
    equal("it truncates", stat(dir, 0, "file").map_or(9, |found| found.size), 0);
    let exclusive = How { oflags: oflags::CREAT | oflags::EXCL | oflags::TRUNC, base, ..How::default() };
    check("O_TRUNC and O_EXCL", open_errno(dir, "file", exclusive), &[EXIST]);
    check("remove the file truncated", unlink(dir, "file"), &[SUCCESS]);
}

fn sizes(dir: Fd) {
    let fd = open(dir, "file", CREATE);
    equal("size of a new file", fstat(fd).size, 0);
    check("set the size", unsafe { raw::fd_filestat_set_size(fd, 100) }, &[SUCCESS]);
    equal("it is set", fstat(fd).size, 100);
    check("advise", unsafe { raw::fd_advise(fd, 10, 50, 0) }, &[SUCCESS]);
    equal("advice changes nothing", fstat(fd).size, 100);
    let before = fstat(fd);
    let earlier = before.mtim - 100;
    check("set a time", unsafe { raw::fd_filestat_set_times(fd, earlier, earlier, 4) }, &[SUCCESS]);
    let after = fstat(fd);
    equal("size stays", after.size, 100);
    holds("mtim is set", after.mtim == earlier);
    holds("atim stays", after.atim == before.atim);
    check("both mtim and now", unsafe { raw::fd_filestat_set_times(fd, 100, 200, 12) }, &[INVAL]);
    check("both atim and now", unsafe { raw::fd_filestat_set_times(fd, 100, 200, 3) }, &[INVAL]);
    check("fd_sync", unsafe { raw::fd_sync(fd) }, &[SUCCESS]);
    check("fd_datasync", unsafe { raw::fd_datasync(fd) }, &[SUCCESS]);
    close(fd);
    check("remove the file of sizes", unlink(dir, "file"), &[SUCCESS]);
}

/// A host may say that it cannot; one that can gives the sizes.
fn allocating(dir: Fd) {
    let fd = open(dir, "file", CREATE);
    let first = unsafe { raw::fd_allocate(fd, 0, 100) };
    check("fd_allocate", first, &[SUCCESS, NOTSUP]);
    for (name, offset, len, size) in
        [("allocated", 0, 100, 100), ("within", 10, 10, 100), ("over the end", 90, 20, 110)]
    {
        let errno = if first == SUCCESS { unsafe { raw::fd_allocate(fd, offset, len) } } else { SUCCESS };
        holds(name, errno == SUCCESS && (first != SUCCESS || fstat(fd).size == size));
    }
    close(fd);
    check("remove the file allocated", unlink(dir, "file"), &[SUCCESS]);
}

fn two_descriptors(dir: Fd) {
    let reader = open(dir, "file", How { base: rights::FD_READ, ..CREATE });
    let writer = open(dir, "file", How { base: rights::FD_WRITE, ..How::default() });
    equal("write one byte", write(writer, &[1]).unwrap_or(0) as u64, 1);
    let mut byte = [0];
    equal("read it by another descriptor", read(reader, &mut byte).unwrap_or(0) as u64, 1);
    holds("at once", byte == [1]);
    close(reader);
    close(writer);
    check("remove the shared file", unlink(dir, "file"), &[SUCCESS]);
}

fn one_way(dir: Fd) {
    make_file(dir, "file");
    let reading = open(dir, "file", How { base: rights::FD_READ, ..How::default() });
    let shown = |fd| fdstat(fd).map_or(0, |found| found.rights_base & (rights::FD_READ | rights::FD_WRITE));
    equal("rights of reading", shown(reading), rights::FD_READ);
    check("write what is for reading", errno_of(write(reading, b"x")), &[BADF, NOTCAPABLE, ACCES]);
    let set_size = unsafe { raw::fd_filestat_set_size(reading, 1) };
    check("size of what is for reading", set_size, &[INVAL, BADF, NOTCAPABLE]);
    close(reading);
    let writing = open(dir, "file", How { base: rights::FD_WRITE, ..How::default() });
    equal("rights of writing", shown(writing), rights::FD_WRITE);
    check("read what is for writing", errno_of(read(writing, &mut [0; 4])), &[BADF, NOTCAPABLE, ACCES]);
    equal("write it", write(writing, &[1; 50]).unwrap_or(0) as u64, 50);
    close(writing);
    let neither = open(dir, "file", How::default());
    check("read what was opened for nothing", errno_of(read(neither, &mut [0; 4])), &[BADF, SUCCESS, NOTCAPABLE]);
    check("write what was opened for nothing", errno_of(write(neither, b"x")), &[BADF, NOTCAPABLE]);
    close(neither);
    check("remove the one-way file", unlink(dir, "file"), &[SUCCESS]);
}

fn big(dir: Fd) {
    static mut BYTES: [u8; 300_000] = [0; 300_000];
    let bytes = unsafe { &mut *(&raw mut BYTES) };
    bytes.fill(3);
    let fd = open(dir, "file", CREATE);
    let mut done = 0;
    while done < bytes.len() {
        match write(fd, &bytes[done..]) {
            Ok(count) if count > 0 => done += count,
            _ => break,
        }
    }
    equal("write 300,000 bytes", fstat(fd).size, 300_000);
    let mut last = [0; 2];
    equal("read the last of them", pread(fd, &mut last, 299_999).unwrap_or(0) as u64, 1);
    holds("it is there", last == [3, 0]);
    check("a size of 1.5 GiB", unsafe { raw::fd_filestat_set_size(fd, 3 << 29) }, &[SUCCESS]);
    equal("is kept", fstat(fd).size, 3 << 29);
    equal("and sought", seek(fd, 0, 2).unwrap_or(0), 3 << 29);
    equal("and read", pread(fd, &mut last, (3 << 29) - 1).unwrap_or(0) as u64, 1);
    holds("zeros", last[0] == 0);
    close(fd);
    check("remove the big file", unlink(dir, "file"), &[SUCCESS]);
}
