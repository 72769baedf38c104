import { FD, FOLLOW, fd, MEM, O, open, RIGHT, RW, read, type Scenario, stat, write } from "./scenario.ts";

type Step = Scenario["calls"][number];
const one = (name: string, ...calls: Step[]): Scenario => ({ name, calls });

const listing = (length: number, cookie: bigint): Step[] => [
  ["fill", MEM.buffer, 512, 0],
  ["fd_readdir", fd(0), MEM.buffer, length, cookie, MEM.out],
  ["peek", MEM.out, 4],
];

const directories: Scenario[] = [
  one(
    "fd_readdir of an empty directory",
    open("hollow", { oflags: O.DIRECTORY, rights: RIGHT.READDIR }),
    ...listing(512, 0n),
    // Length and type of `.` and `..`, and their names.
    ["peek", MEM.buffer + 16, 5],
    ["peek", MEM.buffer + 24, 1],
    ["peek", MEM.buffer + 41, 5],
    ["peek", MEM.buffer + 49, 2],
  ),
  ...[0, 1, 23, 24, 25, 26, 48, 49, 50, 51, 52, 76, 80, 81].map((length) =>
    one(`fd_readdir into ${length} bytes`, open("dir/sub", { oflags: O.DIRECTORY }), ...listing(length, 0n)),
  ),
  one(
    "fd_readdir goes on from a cookie",
    open("dir/sub", { oflags: O.DIRECTORY }),
    ...listing(26, 0n),
    ["fd_readdir", fd(0), MEM.buffer, 512, { load64: MEM.buffer }, MEM.out],
    ["peek", MEM.out, 4],
    ["fd_readdir", fd(0), MEM.buffer, 512, { load64: MEM.buffer }, MEM.out],
    ["peek", MEM.out, 4],
    ["peek", MEM.buffer + 24, 4],
    ["fd_readdir", fd(0), MEM.buffer, 512, { load64: MEM.buffer }, MEM.out],
    ["peek", MEM.out, 4],
    ["fd_readdir", fd(0), MEM.buffer, 512, 1000n, MEM.out],
    ["peek", MEM.out, 4],
  ),
  one(
    "fd_readdir after changes",
    open("hollow", { oflags: O.DIRECTORY }),
    ...listing(512, 0n),
    ["path_create_directory", fd(0), "made"],
    ...listing(512, 0n),
    ["path_remove_directory", fd(0), "made"],
    ...listing(512, 0n),
  ),
  one(
    "fd_readdir of what is no directory",
    open("file"),
    ...listing(512, 0n),
    ...[0, 1, 99].map((file): Step => ["fd_readdir", file, MEM.buffer, 512, 0n, MEM.out]),
  ),
  one(
    "a directory that was removed",
    open("hollow", { oflags: O.DIRECTORY }),
    ["path_remove_directory", 3, "hollow"],
    ["fd_filestat_get", fd(0), MEM.out],
    open("x", { slot: 1, from: fd(0), oflags: O.CREAT, rights: RW }),
    ["path_create_directory", fd(0), "x"],
    ["path_create_directory", 3, "hollow"],
    open("x", { slot: 1, from: fd(0) }),
  ),
  one(
    "paths from an opened directory stay beneath it",
    open("dir", { oflags: O.DIRECTORY }),
    ...["inner", "sub/deep", "..", "../file", "sub/../..", "link-out", "sub/../../file"].flatMap((path) => [
      open(path, { slot: 1, from: fd(0), follow: FOLLOW }),
      ...stat(path, FOLLOW, fd(0)),
    ]),
  ),
  one(
    "path_open from what is no directory",
    open("file"),
    open("x", { slot: 1, from: fd(0) }),
    ["path_create_directory", fd(0), "x"],
    ["path_unlink_file", fd(0), "x"],
    ["path_filestat_get", fd(0), 0, "x", MEM.out],
    ["path_readlink", fd(0), "x", MEM.buffer, 8, MEM.out],
    ["path_rename", fd(0), "x", 3, "y"],
    ["path_rename", 3, "file", fd(0), "y"],
    ["path_link", fd(0), 0, "x", 3, "y"],
    ["path_symlink", "a", fd(0), "x"],
    ...["x"].flatMap((path): Step[] => [
      open(path, { from: 99 }),
      ["path_create_directory", 99, path],
      ["path_remove_directory", 99, path],
      ["path_unlink_file", 99, path],
      ["path_filestat_get", 99, 0, path, MEM.out],
      ["path_filestat_set_times", 99, 0, path, 0n, 0n, 0],
      ["path_readlink", 99, path, MEM.buffer, 8, MEM.out],
      ["path_rename", 99, path, 3, path],
      ["path_rename", 3, "file", 99, path],
      ["path_link", 99, 0, path, 3, path],
      ["path_link", 3, 0, "file", 99, path],
      ["path_symlink", "a", 99, path],
    ]),
  ),
];

const files: Scenario[] = [
  ...[0, 1, 2, 4, 5, 8, 9, 12].flatMap((oflags) =>
    [RIGHT.READ, RIGHT.WRITE, RW].map((rights) =>
      one(
        `path_open, oflags ${oflags}, rights ${rights}`,
        ...["file", "new", "dir", "dangling", "link"].flatMap((path) => [
          ["poke", MEM.fd(0), 99] as Step,
          open(path, { oflags, rights, follow: FOLLOW }),
          ["fd_close", fd(0)] as Step,
          ...stat(path === "dir" ? "new" : path),
        ]),
      ),
    ),
  ),
  ...[FD.APPEND, FD.DSYNC, FD.NONBLOCK, FD.SYNC | FD.RSYNC, FD.RSYNC].map((fdflags) =>
    one(`path_open with fdflags ${fdflags}`, open("file", { rights: RW, fdflags }), ...stat("file")),
  ),
  one(
    "path_readlink into a short buffer",
    ["fill", MEM.buffer, 8, 0x2e],
    ["path_readlink", 3, "link", MEM.buffer, 2, MEM.out],
    ["peek", MEM.out, 4],
    ["peek", MEM.buffer, 4],
    ["path_readlink", 3, "link", MEM.buffer, 4, MEM.out],
    ["peek", MEM.out, 4],
    ["path_readlink", 3, "link", MEM.buffer, 0, MEM.out],
    ["peek", MEM.out, 4],
  ),
  one(
    "path_link follows when told to",
    ["path_link", 3, FOLLOW, "link", 3, "new"],
    ["path_link", 3, FOLLOW, "dangling", 3, "new"],
    ["path_link", 3, 0, "link", 3, "second"],
    ...stat("second"),
  ),
  one(
    "path_rename of a file onto its own other name",
    ["path_link", 3, 0, "file", 3, "second"],
    ["path_rename", 3, "file", 3, "second"],
    ...stat("file"),
    ["path_rename", 3, "file", 3, "file"],
    ["path_rename", 3, "dir", 3, "dir"],
    ["path_rename", 3, "dir", 3, "dir/sub/x"],
    ["path_rename", 3, "dir/sub", 3, "dir"],
    ["path_rename", 3, "hollow", 3, "file"],
    ["path_rename", 3, "file", 3, "hollow"],
    ["path_rename", 3, "dir", 3, "hollow"],
    ...stat("hollow/inner"),
  ),
  one(
    "a file that is open when it is removed, replaced or moved",
    open("file", { rights: RW }),
    ["path_unlink_file", 3, "file"],
    ...read(fd(0), 4),
    ["path_rename", 3, "empty", 3, "file"],
    ...read(fd(0), 4),
    open("file", { slot: 1, rights: RW }),
    ["path_rename", 3, "file", 3, "dir/inner"],
    ["fill", MEM.buffer, 4, 66],
    ...write(fd(1), 4),
    ...stat("dir/inner"),
  ),
  one("fd_write to standard error", ...write(2, 0)),
  one("sockets", ...[0, 3, 99].flatMap((file): Step[] => [["sock_shutdown", file, 1]])),
  one("random_get of 300 bytes", ["random_get", MEM.buffer, 300], ["random_get", MEM.buffer, 0]),
  one("sched_yield", ["sched_yield"]),
  one(
    "clock_res_get and clock_time_get",
    ...[0, 1].flatMap((clock): Step[] => [
      ["clock_res_get", clock, MEM.out],
      ["clock_time_get", clock, 0n, MEM.out],
    ]),
  ),
];

const subscription = (index: number, userdata: number, tag: number, ...rest: number[]): Step => [
  "poke",
  MEM.buffer + index * 48,
  ...[userdata, 0, tag, 0, ...rest],
];
/** Clock (1: monotonic) and nanoseconds. */
const clock = (index: number, ns: number, id = 1): Step =>
  subscription(index, 7, 0, id, 0, ns, 0, 0, 0, 0, 0);
const onFd = (index: number, tag: number, file: number): Step =>
  subscription(index, 9, tag, file, 0, 0, 0, 0, 0, 0, 0);
const EVENTS = MEM.buffer + 4096;
const poll = (count: number): Step[] => [
  ["fill", EVENTS, 128, 0],
  ["poll_oneoff", MEM.buffer, EVENTS, count, MEM.out],
  ["peek", MEM.out, 4],
  // User data, errno and type of the first event.
  ["peek", EVENTS, 11],
];

const polling: Scenario[] = [
  one("poll_oneoff of nothing", ["poll_oneoff", MEM.buffer, EVENTS, 0, MEM.out]),
  one(
    "poll_oneoff of a clock",
    clock(0, 1_000_000),
    ...poll(1),
    clock(0, 0),
    ...poll(1),
    clock(0, 1_000_000, 0),
    ...poll(1),
  ),
  one("poll_oneoff of output", onFd(0, 2, 1), ...poll(1), onFd(0, 2, 2), ...poll(1)),
  one("poll_oneoff of output and a clock", onFd(0, 2, 1), clock(1, 900_000_000), ...poll(2)),
  one("poll_oneoff of a descriptor that is not open", onFd(0, 1, 99), ...poll(1)),
  {
    name: "poll_oneoff of input",
    stdin: "hello",
    calls: [onFd(0, 1, 0), clock(1, 1_900_000_000), ...poll(2), ...read(0, 8), ...read(0, 8)],
  },
  one(
    "poll_oneoff of a file",
    open("file", { rights: RW }),
    onFd(0, 1, 4),
    ...poll(1),
    onFd(0, 2, 4),
    ...poll(1),
  ),
];

export const others: readonly Scenario[] = [...directories, ...files, ...polling];
