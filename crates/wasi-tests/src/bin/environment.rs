//! Arguments (`environment`, `first`, `the second`), variables (`a=text`, `b=escap "\t"`, `c=new\nline`), clocks, chance and waiting.
#![no_std]
#![no_main]

use wasi_tests::errno::*;
use wasi_tests::raw::{eventtype, Event, Subscription};
use wasi_tests::*;

wasi_tests::program!(main);

const ARGS: &[u8] = b"environment\0first\0the second\0";
const VARIABLES: [&[u8]; 3] = [b"a=text", b"b=escap \"\\t\"", b"c=new\nline"];

fn main() {
    arguments();
    variables();
    clocks();
    chance();
    waiting();
    waiting_for_streams();
    check("sched_yield", unsafe { raw::sched_yield() }, &[SUCCESS]);
}

fn arguments() {
    let (mut count, mut size) = (0, 0);
    check("args_sizes_get", unsafe { raw::args_sizes_get(&mut count, &mut size) }, &[SUCCESS]);
    equal("number of arguments", count as u64, 3);
    equal("bytes of arguments", size as u64, ARGS.len() as u64);
    let mut pointers = [core::ptr::null_mut(); 8];
    let mut buf = [0xff_u8; 64];
    check("args_get", unsafe { raw::args_get(pointers.as_mut_ptr(), buf.as_mut_ptr()) }, &[SUCCESS]);
    holds("the arguments", &buf[..ARGS.len()] == ARGS);
    holds("nothing behind them", buf[ARGS.len()] == 0xff);
    equal("where the second is", pointers[1] as u64 - buf.as_ptr() as u64, 12);
    equal("where the third is", pointers[2] as u64 - buf.as_ptr() as u64, 18);
}

fn variables() {
    let (mut count, mut size) = (0, 0);
    check("environ_sizes_get", unsafe { raw::environ_sizes_get(&mut count, &mut size) }, &[SUCCESS]);
    equal("number of variables", count as u64, 3);
    equal("bytes of variables", size as u64, VARIABLES.iter().map(|text| text.len() as u64 + 1).sum());
    let mut pointers = [core::ptr::null_mut(); 8];
    let mut buf = [0xff_u8; 64];
    check("environ_get", unsafe { raw::environ_get(pointers.as_mut_ptr(), buf.as_mut_ptr()) }, &[SUCCESS]);
    for text in VARIABLES {
        let mut rest = buf[..size].split(|&byte| byte == 0);
        holds("a variable", rest.any(|found| found == text));
    }
}

fn clocks() {
    for (name, id) in [("realtime", 0), ("monotonic", 1)] {
        let mut resolution = 0;
        check(name, unsafe { raw::clock_res_get(id, &mut resolution) }, &[SUCCESS]);
        holds("a resolution", resolution > 0);
        let (mut first, mut second) = (0, 0);
        check("clock_time_get", unsafe { raw::clock_time_get(id, 0, &mut first) }, &[SUCCESS]);
        check("and again", unsafe { raw::clock_time_get(id, 1, &mut second) }, &[SUCCESS]);
        holds("time does not go back", second >= first && first > 0);
    }
    let mut time = 0;
    check("realtime is of this century", unsafe { raw::clock_time_get(0, 0, &mut time) }, &[SUCCESS]);
    holds("in nanoseconds", time > 1_600_000_000_000_000_000);
}

fn chance() {
    static mut BYTES: [u8; 100_000] = [0; 100_000];
    let bytes = unsafe { &mut *(&raw mut BYTES) };
    check("random_get of 100,000 bytes", unsafe { raw::random_get(bytes.as_mut_ptr(), bytes.len()) }, &[SUCCESS]);
    holds("up to the last", bytes[99_900..].iter().any(|&byte| byte != 0));
    holds("in the middle", bytes[65_500..65_600].iter().any(|&byte| byte != 0));
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    holds("half of the bits", (390_000..410_000).contains(&ones));
    check("random_get of nothing", unsafe { raw::random_get(bytes.as_mut_ptr(), 0) }, &[SUCCESS]);
}

const CLOCK: Subscription =
    Subscription { userdata: 0x1234_5678, tag: 0, id: 1, timeout: 200_000_000, precision: 0, flags: 0 };

fn poll(subscriptions: &[Subscription], events: &mut [Event]) -> Result<usize, Errno> {
    let mut stored = 0;
    let errno = unsafe {
        raw::poll_oneoff(subscriptions.as_ptr(), events.as_mut_ptr(), subscriptions.len(), &mut stored)
    };
    if errno == 0 { Ok(stored) } else { Err(errno) }
}

fn waiting() {
    let mut events = [Event::default(); 4];
    let (mut before, mut after) = (0, 0);
    unsafe { raw::clock_time_get(1, 0, &mut before) };
    equal("wait for a clock", poll(&[Subscription { timeout: 20_000_000, ..CLOCK }], &mut events).unwrap_or(9) as u64, 1);
    unsafe { raw::clock_time_get(1, 0, &mut after) };
    holds("as long as it takes", (20_000_000..2_000_000_000).contains(&(after - before)));
    equal("whose it is", events[0].userdata, CLOCK.userdata);
    check("without an error", events[0].error, &[SUCCESS]);
    equal("a clock's event", u64::from(events[0].kind), u64::from(eventtype::CLOCK));
    // Absolute times are in the past at once.
    equal("an absolute time", poll(&[Subscription { flags: 1, timeout: before, ..CLOCK }], &mut events).unwrap_or(9) as u64, 1);
    let real = Subscription { id: 0, timeout: 1_000_000, ..CLOCK };
    equal("the other clock", poll(&[real], &mut events).unwrap_or(9) as u64, 1);
    let two = [Subscription { timeout: 1_000_000, userdata: 5, ..CLOCK }, Subscription { timeout: 60_000_000_000, ..CLOCK }];
    equal("the first of two", poll(&two, &mut events).unwrap_or(9) as u64, 1);
    equal("whose that is", events[0].userdata, 5);
    check("wait for nothing", errno_of(poll(&[], &mut events)), &[INVAL, NOTSUP]);
}

fn waiting_for_streams() {
    let mut events = [Event::default(); 4];
    let input = Subscription { userdata: 7, tag: 1, id: 0, timeout: 0, precision: 0, flags: 0 };
    let found = poll(&[CLOCK, input], &mut events).unwrap_or(0);
    holds("input or a clock", found >= 1);
    holds("without errors", events[..found].iter().all(|event| event.error == SUCCESS));
    let known = |event: &Event| {
        (event.kind == eventtype::CLOCK && event.userdata == CLOCK.userdata)
            || (event.kind == eventtype::FD_READ && event.userdata == 7)
    };
    holds("by their user data", events[..found].iter().all(known));
    for fd in [1, 2] {
        let output = Subscription { userdata: 40 + fd, tag: 2, id: fd, timeout: 0, precision: 0, flags: 0 };
        equal("output is ready", poll(&[output, CLOCK], &mut events).unwrap_or(9) as u64, 1);
        equal("whose output", events[0].userdata, 40 + fd);
        equal("an output's event", u64::from(events[0].kind), u64::from(eventtype::FD_WRITE));
        check("without error", events[0].error, &[SUCCESS]);
    }
}
