//! What the programs share: the imports, thin wrappers, and a report of one line per check. A line is the same on every host that
//! answers as one of the answers allowed, so that two engines can be compared byte by byte.
#![no_std]

pub mod calls;
pub mod raw;
pub mod report;

pub use calls::*;
pub use raw::{errno, Errno, Fd};
pub use report::{check, equal, finish, holds};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The entry of a program: runs `main`, then ends with status 0, or 1 if a check failed.
#[macro_export]
macro_rules! program {
    ($main:path) => {
        #[no_mangle]
        pub extern "C" fn _start() {
            $main();
            $crate::finish();
        }
    };
}
