//! Starting programs.

use crate::rpc::{Op, Request};
use crate::{errno, fd, kernel, path, process, start, sys};
use alloc::vec::Vec;
use libc::{c_char, c_int, pid_t};

extern "C" {
    static environ: *const *const c_char;
}

/// How a child gets a descriptor (docs/host-services.md, SPAWN).
const MINE: u32 = 1;

unsafe fn list<'a>(mut at: *const *const c_char) -> Vec<&'a [u8]> {
    let mut all = Vec::new();
    while !at.is_null() && !(*at).is_null() {
        all.push(sys::bytes(*at));
        at = at.add(1);
    }
    all
}

fn strings(mut request: Request, all: &[&[u8]]) -> Request {
    request = request.u32(all.len() as u32);
    for one in all {
        request = request.string(one);
    }
    request
}

/// `files` is (child's number, ours).
unsafe fn launch(
    program: &[u8],
    argv: *const *const c_char,
    env: *const *const c_char,
    cwd: &[u8],
    files: &[(c_int, c_int)],
) -> Result<pid_t, c_int> {
    let mut request = Request::new(Op::Spawn).string(program);
    request = strings(request, &list(argv));
    request = strings(request, &list(env));
    let (given, extra) = kernel::for_child(files)?;
    request = request.string(cwd).u32(given.len() as u32);
    for (theirs, ours) in given {
        request = request.u32(theirs).u32(MINE).u32(ours);
    }
    let started = request.send();
    for fd in extra {
        fd::close(fd);
    }
    Ok(started?.u32() as pid_t)
}

/// Our `std`'s way to spawn (tools/bundles/std.mjs): the three standard descriptors, -1 for the caller's own. `cwd` may be
/// null. Returns an errno, like posix_spawn.
#[no_mangle]
pub unsafe extern "C" fn shadowbox_spawn(
    pid: *mut pid_t,
    program: *const c_char,
    argv: *const *const c_char,
    env: *const *const c_char,
    cwd: *const c_char,
    stdio: *const c_int,
) -> c_int {
    let cwd = match if cwd.is_null() { Ok(path::current()) } else { path::real(sys::bytes(cwd)) } {
        Ok(cwd) => cwd,
        Err(error) => return error,
    };
    let mut files: Vec<(c_int, c_int)> = Vec::new();
    for theirs in 0..3 {
        let ours = *stdio.add(theirs as usize);
        files.push((theirs, if ours < 0 { theirs } else { ours }));
    }
    files.extend(fd::inherited().into_iter().map(|fd| (fd, fd)));
    match launch(sys::bytes(program), argv, env, &cwd, &files) {
        Ok(new) => {
            pid.write(new);
            0
        }
        Err(error) => error,
    }
}

/// A program cannot become another one here; it starts that one, waits, and ends as it ended.
unsafe fn become_program(program: *const c_char, argv: *const *const c_char, env: *const *const c_char) -> c_int {
    let mut files: Vec<(c_int, c_int)> = (0..3).map(|fd| (fd, fd)).collect();
    files.extend(fd::inherited().into_iter().map(|fd| (fd, fd)));
    let pid = match launch(sys::bytes(program), argv, env, &path::current(), &files) {
        Ok(pid) => pid,
        Err(error) => return errno::fail(error),
    };
    let mut status = 0;
    if process::waitpid(pid, &mut status, 0) < 0 {
        return -1;
    }
    let signal = status & 0x7f;
    start::end(if signal == 0 { (status >> 8) as u32 & 0xff } else { 128 + signal as u32 })
}

#[no_mangle]
pub unsafe extern "C" fn execve(program: *const c_char, argv: *const *const c_char, env: *const *const c_char) -> c_int {
    // Without a slash it means a file of the working directory, which only exec…p looks for in PATH.
    let name = sys::bytes(program);
    if name.contains(&b'/') {
        return become_program(program, argv, env);
    }
    let mut path = b"./".to_vec();
    path.extend_from_slice(name);
    path.push(0);
    become_program(path.as_ptr().cast(), argv, env)
}

#[no_mangle]
pub unsafe extern "C" fn execv(program: *const c_char, argv: *const *const c_char) -> c_int {
    execve(program, argv, environ)
}

#[no_mangle]
pub unsafe extern "C" fn execvp(program: *const c_char, argv: *const *const c_char) -> c_int {
    become_program(program, argv, environ)
}

#[no_mangle]
pub unsafe extern "C" fn execvpe(program: *const c_char, argv: *const *const c_char, env: *const *const c_char) -> c_int {
    become_program(program, argv, env)
}

#[no_mangle]
pub unsafe extern "C" fn system(command: *const c_char) -> c_int {
    if command.is_null() {
        return 1;
    }
    let argv = [c"sh".as_ptr(), c"-c".as_ptr(), command, core::ptr::null()];
    let files: Vec<(c_int, c_int)> = (0..3).map(|fd| (fd, fd)).collect();
    match launch(b"/bin/sh", argv.as_ptr(), environ, &path::current(), &files) {
        Ok(pid) => {
            let mut status = -1;
            process::waitpid(pid, &mut status, 0);
            status
        }
        Err(error) => errno::fail(error),
    }
}
