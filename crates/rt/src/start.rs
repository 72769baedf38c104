//! What runs before `main`, and the end of a process.

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
