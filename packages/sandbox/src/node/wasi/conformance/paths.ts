import {
  type Argument,
  FOLLOW,
  fd,
  fstat,
  MEM,
  O,
  open,
  RIGHT,
  RW,
  type Scenario,
  stat,
  write,
} from "./scenario.ts";

const one = (name: string, ...calls: Scenario["calls"]): Scenario => ({ name, calls });

type Step = Scenario["calls"][number];

/** Spellings of a path, tried on every call that takes one. */
const SPELLINGS = [
  ...[
    "file",
    "./file",
    "file/",
    "file/.",
    "file//",
    "dir",
    "dir/",
    "dir/.",
    "dir/..",
    "dir/../file",
    "./dir//inner",
  ],
  ...[
    ".",
    "./",
    "..",
    "../",
    "../x",
    "dir/../..",
    "dir/../../x",
    "",
    "/",
    "/file",
    "//file",
    "no",
    "no/",
    "no/x",
  ],
  ...[
    "file/x",
    "link",
    "link/",
    "link-dir",
    "link-dir/",
    "link-dir/inner",
    "link-dir/..",
    "link-up",
    "dangling",
  ],
  ...[
    "dangling/",
    "dangling/x",
    "loop",
    "loop/",
    "loop-a",
    "outside",
    "outside/",
    "outside-dir",
    "outside-dir/",
  ],
  ...[
    "outside-dir/x",
    "absolute",
    "absolute/",
    "hollow/",
    "dir/link-out",
    "a\0b",
    "file\0",
    "ä",
    "a\\b",
    "dir/sub/..",
  ],
  "n".repeat(255),
  "n".repeat(256),
  "dir/sub/../../dir/sub/deep",
  `${"dir/../".repeat(40)}file`,
];

/** One scenario per call: every spelling, with nothing changed between. */
const looks: Scenario[] = [
  one("path_filestat_get of every spelling", ...SPELLINGS.flatMap((path) => stat(path))),
  one("path_filestat_get of every spelling, followed", ...SPELLINGS.flatMap((path) => stat(path, FOLLOW))),
  one("path_readlink of every spelling", ...SPELLINGS.map((path) => readlink(path))),
  ...[0, FOLLOW].flatMap((follow) =>
    [RIGHT.READ, RW, 0n].map((rights) =>
      one(
        `path_open of every spelling, follow ${follow}, rights ${rights}`,
        ...SPELLINGS.flatMap((path) => opened(open(path, { follow, rights }))),
      ),
    ),
  ),
  ...[0, FOLLOW].map((follow) =>
    one(
      `path_open of directories by every spelling, follow ${follow}`,
      ...SPELLINGS.flatMap((path) => opened(open(path, { follow, oflags: O.DIRECTORY }))),
    ),
  ),
  one(
    "path_filestat_set_times of every spelling",
    ...SPELLINGS.map((path): Step => ["path_filestat_set_times", 3, 0, path, 0n, 9n, 4]),
  ),
];

function readlink(path: string, from: Argument = 3): Step {
  return ["path_readlink", from, path, MEM.buffer, 64, MEM.out];
}

/** An open, and a close of what it opened (or of a descriptor that is not open). */
function opened(call: Step): Step[] {
  return [["poke", MEM.fd(0), 99], call, ["fd_close", fd(0)]];
}

/** Those that the calls that change something are tried on, each in a folder of its own. */
const CHANGED = [
  ...[
    "file",
    "file/",
    "file/.",
    "dir",
    "dir/",
    "dir/.",
    "dir/..",
    "dir/../file",
    ".",
    "..",
    "../x",
    "",
    "/file",
    "no",
  ],
  ...[
    "no/",
    "no/x",
    "file/x",
    "link",
    "link/",
    "link-dir",
    "link-dir/",
    "link-dir/inner",
    "dangling",
    "dangling/",
  ],
  ...["loop", "loop/", "outside", "outside/x", "absolute", "hollow", "hollow/", "a\0b", "n".repeat(256)],
];

/** Tries calls on every spelling, each in a folder of its own. */
function everywhere(name: string, calls: (path: string, from: Argument) => readonly Step[]): Scenario {
  const at = fd(1);
  return {
    name,
    folders: CHANGED.length,
    calls: CHANGED.flatMap((path, index) => [
      open(`folder-${index}`, { slot: 1, oflags: O.DIRECTORY }),
      ["poke", MEM.fd(0), 99],
      ...calls(path, at),
      ["fd_close", at],
    ]),
  };
}

/** Calls that change something. */
const changes: Scenario[] = [
  everywhere("path_create_directory", (path, from) => [
    ["path_create_directory", from, path],
    ...stat(path, 0, from),
  ]),
  everywhere("path_remove_directory", (path, from) => [["path_remove_directory", from, path]]),
  everywhere("path_unlink_file", (path, from) => [
    ["path_unlink_file", from, path],
    ...stat("file", 0, from),
    ...stat("link", 0, from),
  ]),
  everywhere("path_symlink at", (path, from) => [
    ["path_symlink", "file", from, path],
    ...stat(path, 0, from),
  ]),
  everywhere("path_symlink to", (path, from) => [
    ["path_symlink", path, from, "new"],
    readlink("new", from),
    ["peek", MEM.out, 4],
  ]),
  everywhere("path_link of", (path, from) => [
    ["path_link", from, 0, path, from, "new"],
    ...stat("new", 0, from),
  ]),
  everywhere("path_link to", (path, from) => [
    ["path_link", from, 0, "file", from, path],
    ...stat(path, 0, from),
  ]),
  everywhere("path_link across folders", (path, from) => [
    ["path_link", from, 0, path, 3, "new"],
    ["path_unlink_file", 3, "new"],
  ]),
  everywhere("path_rename of", (path, from) => [
    ["path_rename", from, path, from, "new"],
    ...stat("new", 0, from),
    ...stat(path, 0, from),
  ]),
  everywhere("path_rename of a file to", (path, from) => [
    ["path_rename", from, "empty", from, path],
    ...stat("empty", 0, from),
    ...stat(path, 0, from),
  ]),
  everywhere("path_rename of a directory to", (path, from) => [
    ["path_rename", from, "dir", from, path],
    ...stat("dir", 0, from),
    ...stat(path, 0, from),
  ]),
  ...[0, FOLLOW].flatMap((follow) => [
    everywhere(`path_open creates, follow ${follow}`, (path, from) => [
      open(path, { oflags: O.CREAT, rights: RW, follow, from }),
      ...write(fd(0), 3),
      ...stat(path, 0, from),
      ["fd_close", fd(0)],
    ]),
    everywhere(`path_open creates what is new, follow ${follow}`, (path, from) => [
      open(path, { oflags: O.CREAT | O.EXCL, rights: RW, follow, from }),
      ["fd_close", fd(0)],
      ...stat(path, 0, from),
    ]),
    everywhere(`path_open truncates, follow ${follow}`, (path, from) => [
      open(path, { oflags: O.TRUNC, rights: RIGHT.WRITE, follow, from }),
      ...fstat(fd(0)),
      ["fd_close", fd(0)],
      ...stat("file", 0, from),
    ]),
  ]),
];

export const paths: readonly Scenario[] = [...looks, ...changes];
