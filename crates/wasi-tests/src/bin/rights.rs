//! Rights: what a folder has, what is handed on, and what happens after they are given up, where a host lets them be given up.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{oflags, rights::*};
use wasi_tests::*;

wasi_tests::program!(main);

const OF_DIRECTORIES: u64 = PATH_CREATE_DIRECTORY
    | PATH_CREATE_FILE
    | PATH_LINK_SOURCE
    | PATH_LINK_TARGET
    | PATH_OPEN
    | FD_READDIR
    | PATH_READLINK
    | PATH_RENAME_SOURCE
    | PATH_RENAME_TARGET
    | PATH_SYMLINK
    | PATH_REMOVE_DIRECTORY
    | PATH_UNLINK_FILE
    | PATH_FILESTAT_GET
    | PATH_FILESTAT_SET_TIMES
    | FD_FILESTAT_GET
    | FD_FILESTAT_SET_TIMES;
const OF_FILES: u64 = FD_DATASYNC
    | FD_READ
    | FD_SEEK
    | FD_FDSTAT_SET_FLAGS
    | FD_SYNC
    | FD_TELL
    | FD_WRITE
    | FD_ADVISE
    | FD_ALLOCATE
    | FD_FILESTAT_GET
    | FD_FILESTAT_SET_SIZE
    | FD_FILESTAT_SET_TIMES
    | POLL_FD_READWRITE;

fn main() {
    of_the_folder();
    let dir = make_directory(FOLDER, "rights");
    given_up(dir);
    of_truncation(dir);
    handed_on(FOLDER);
    check("close the directory", close(dir), &[SUCCESS]);
}

fn of_the_folder() {
    let found = fdstat(FOLDER).unwrap_or_default();
    equal("rights of the folder", found.rights_base & OF_DIRECTORIES, OF_DIRECTORIES);
    let all = OF_DIRECTORIES | OF_FILES;
    equal("rights that it hands on", found.rights_inheriting & all, all);
    equal("it has no size to set", found.rights_base & FD_FILESTAT_SET_SIZE, 0);
    equal("flags of the folder", u64::from(found.flags), 0);
    let same = How { base: found.rights_base, inheriting: found.rights_inheriting, ..How::default() };
    check("open it with the same rights", open_errno(FOLDER, ".", same), &[SUCCESS]);
    check("open it with no rights", open_errno(FOLDER, ".", How::default()), &[SUCCESS]);
}

/// Whether this host keeps rights at all; stock wasmtime says that it does not.
fn kept(fd: Fd) -> bool {
    let found = fdstat(fd).unwrap_or_default();
    unsafe { raw::fd_fdstat_set_rights(fd, found.rights_base, found.rights_inheriting) != NOTSUP }
}

fn drop(fd: Fd, base: u64, inheriting: u64) -> Errno {
    let found = fdstat(fd).unwrap_or_default();
    unsafe { raw::fd_fdstat_set_rights(fd, found.rights_base & !base, found.rights_inheriting & !inheriting) }
}

fn given_up(dir: Fd) {
    let base = FD_READ | FD_WRITE | FD_SEEK | FD_TELL;
    let fd = open(dir, "file", How { oflags: oflags::CREAT, base, ..How::default() });
    equal("write with the right", write(fd, &[0, 1, 2, 3]).unwrap_or(0) as u64, 4);
    seek(fd, 0, 0).ok();
    let mut four = [0; 4];
    equal("read with the right", read(fd, &mut four).unwrap_or(0) as u64, 4);
    if kept(fd) {
        let dropped = drop(fd, FD_READ | FD_WRITE, 0);
        let now = fdstat(fd).unwrap_or_default().rights_base;
        holds("rights are given up", dropped == SUCCESS && now & (FD_READ | FD_WRITE) == 0);
        holds("the others stay", now & FD_SEEK != 0);
        check("read without", errno_of(read(fd, &mut four)), &[BADF, NOTCAPABLE]);
        check("write without", errno_of(write(fd, &four)), &[BADF, NOTCAPABLE]);
        let again = unsafe { raw::fd_fdstat_set_rights(fd, now | base, base) };
        check("rights are not gained", again, &[NOTCAPABLE]);
    } else {
        for name in ["rights are given up", "the others stay", "read without", "write without", "rights are not gained"] {
            holds(name, true);
        }
    }
    close(fd);
    check("remove the file", unlink(dir, "file"), &[SUCCESS]);
}

fn of_truncation(dir: Fd) {
    make_file(dir, "file");
    let truncate = How { oflags: oflags::TRUNC, ..How::default() };
    check("O_TRUNC with the right", open_errno(dir, "file", truncate), &[SUCCESS]);
    if kept(dir) && fdstat(dir).unwrap_or_default().rights_base & PATH_FILESTAT_SET_SIZE != 0 {
        check("give up sizes of descriptors", drop(dir, 0, FD_FILESTAT_SET_SIZE), &[SUCCESS]);
        check("O_TRUNC with that of paths", open_errno(dir, "file", truncate), &[SUCCESS]);
        check("give up sizes of paths", drop(dir, PATH_FILESTAT_SET_SIZE, 0), &[SUCCESS]);
        check("O_TRUNC without", open_errno(dir, "file", truncate), &[PERM, NOTCAPABLE]);
    } else {
        for name in ["give up sizes of descriptors", "O_TRUNC with that of paths", "give up sizes of paths", "O_TRUNC without"] {
            holds(name, true);
        }
    }
    check("remove the truncated file", unlink(dir, "file"), &[SUCCESS]);
}

/// What a directory does not hand on, a file that is opened from it has not.
fn handed_on(folder: Fd) {
    let dir = make_directory(folder, "reading");
    make_file(dir, "file");
    let rights_kept = kept(dir);
    let dropped = !rights_kept || drop(dir, FD_READ, FD_READ) == SUCCESS;
    holds("give up reading", dropped);
    let fd = open(dir, "file", How::default());
    let found = fdstat(fd).unwrap_or_default();
    holds("a file from it has not the right", !rights_kept || (found.rights_base | found.rights_inheriting) & FD_READ == 0);
    let errno = errno_of(read(fd, &mut [0; 1]));
    holds("and cannot be read", !rights_kept || errno == BADF || errno == NOTCAPABLE);
    close(fd);
    check("remove what could not be read", unlink(dir, "file"), &[SUCCESS]);
    close(dir);
}
