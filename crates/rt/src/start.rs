//! What runs before `main`, and the end of a process.

use crate::rpc::{self, Op, Request};
use crate::{path, wasi};
use alloc::vec::Vec;
use core::ptr;
use libc::{c_char, c_int};

extern "C" {
    fn __wasm_call_ctors();
    fn main(argc: c_int, argv: *const *const c_char) -> c_int;
    fn exit(code: c_int) -> !;
}

#[no_mangle]
pub unsafe extern "C" fn _start() {
    __wasm_call_ctors();
    path::enter_working_directory();
    let (argc, argv) = arguments();
    exit(main(argc, argv));
}

/// Statuses that stock `wasmtime` takes for an error of its own.
const UNTOLD: u32 = 126;

/// Ends the program. Where the engine does not tell all statuses, the host is told before.
pub fn end(status: u32) -> ! {
    if status >= UNTOLD && rpc::mailbox().is_some() {
        let _ = Request::new(Op::Exit).u32(status).send();
        // SAFETY: ends the process.
        unsafe { wasi::proc_exit(UNTOLD - 1) }
    }
    // SAFETY: ends the process.
    unsafe { wasi::proc_exit(status) }
}

#[no_mangle]
pub extern "C" fn _Exit(code: c_int) -> ! {
    end(code as u32 & 0xff)
}

#[no_mangle]
pub extern "C" fn _exit(code: c_int) -> ! {
    end(code as u32 & 0xff)
}

unsafe fn arguments() -> (c_int, *const *const c_char) {
    let (mut count, mut size) = (0, 0);
    wasi::args_sizes_get(&mut count, &mut size);
    let mut text: Vec<u8> = Vec::with_capacity(size);
    let mut argv: Vec<*mut u8> = Vec::with_capacity(count + 1);
    wasi::args_get(argv.as_mut_ptr(), text.as_mut_ptr());
    argv.set_len(count);
    argv.push(ptr::null_mut());
    // They live as long as the process.
    core::mem::forget(text);
    (count as c_int, argv.leak().as_ptr().cast())
}
