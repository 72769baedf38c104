import { FOLLOW, O, open, RW } from "../conformance/scenario.ts";
import { type Call, MEM } from "./calls.ts";

/** Links of a folder in `outer` by which a guest may try to leave it: name to target. */
export const linksOut = (outer: string): Record<string, string> => ({
  up: "..",
  "up-canary": "../canary",
  "up-far": "../../../../../../../../../../etc",
  beside: "../root-beside",
  absolute: outer,
  "absolute-canary": `${outer}/canary`,
  "absolute-root": "/",
  "dir/up-up": "../..",
  "dir/sub/inside-out": "../../../canary",
  a: "b",
  b: "dir/c",
  "dir/c": "../up",
  "dots-slash": ".././",
  "proc-root": "/proc/self/root",
  "proc-cwd": "/proc/self/cwd",
  "file-up": "file/../../canary",
  new: "../made",
});

/** Directories outside, as a guest may try to name them. */
const DOORS = [
  ...[
    "..",
    "./..",
    "dir/../..",
    "dir/sub/../../..",
    "../root/..",
    "..//",
    "../.",
    "dir/./../../",
    "//..",
    "/..",
  ],
  ...[
    "up",
    "up/",
    "up/.",
    "up/root/..",
    "dir/up-up",
    "a",
    "a/",
    "b",
    "dir/c",
    "dots-slash",
    "dir/../up",
    "up/root/up",
  ],
  ...["absolute", "absolute/", "absolute/root/.."],
];
/** Files outside. */
const FILES = [
  ...[
    "../canary",
    "up-canary",
    "up/canary",
    "a/canary",
    "absolute-canary",
    "absolute/canary",
    "dir/sub/inside-out",
  ],
  ...["file-up", "../secrets/key", "up/secrets/key", "beside/key", "../root-beside/key", "dir/up-up/canary"],
  ...["/etc/passwd", "up-far/passwd", "absolute-root/etc/passwd", "proc-root/etc/passwd", "proc-cwd/canary"],
  ...["/proc/self/environ", "/proc/self/fd/3/../canary", "/dev/fd/3/../canary", "dev/fd/3/../../canary"],
  ...[
    "/dev/shadowbox/rpc",
    "../canary\0",
    "file\0/../../canary",
    "..\\canary",
    "%2e%2e/canary",
    `${"../".repeat(300)}etc/passwd`,
  ],
  ...["．．/canary", "\u202e../canary", `${"dir/../".repeat(500)}../canary`, "x".repeat(5000)],
];
/** Names outside that could be made. */
const MAKES = [
  "../made",
  "up/made",
  "a/made",
  "absolute/made",
  "dir/up-up/made",
  "beside/made",
  "new",
  "/tmp/shadowbox-made",
];

/** Calls that would each reach something outside; none may succeed. */
export const ATTEMPTS: Call[] = [
  ...[...DOORS, ...FILES].flatMap((path): Call[] => [
    open(path, { follow: FOLLOW }),
    open(path, { follow: FOLLOW, rights: RW }),
    open(path, { follow: FOLLOW, oflags: O.DIRECTORY }),
    ["path_filestat_get", 3, FOLLOW, path, MEM.out],
    ["path_filestat_set_times", 3, FOLLOW, path, 1n, 1n, 5],
  ]),
  ...FILES.flatMap((path): Call[] => [
    open(path, { follow: FOLLOW, oflags: O.TRUNC, rights: RW }),
    ["path_link", 3, FOLLOW, path, 3, "stolen"],
  ]),
  ...["../canary", "up/canary", "a/canary", "absolute/canary", "beside/key"].flatMap((path): Call[] => [
    ["path_unlink_file", 3, path],
    ["path_rename", 3, path, 3, "stolen"],
    ["path_rename", 3, "file", 3, path],
    ["path_link", 3, 0, "file", 3, path],
    ["path_link", 3, 0, path, 3, "stolen"],
    ["path_readlink", 3, path, MEM.buffer, 64, MEM.out],
  ]),
  ...MAKES.flatMap((path): Call[] => [
    open(path, { follow: FOLLOW, oflags: O.CREAT, rights: RW }),
    ...(path === "new"
      ? []
      : ([
          open(path, { oflags: O.CREAT | O.EXCL, rights: RW }),
          ["path_create_directory", 3, path],
          ["path_remove_directory", 3, path],
          ["path_symlink", "x", 3, path],
          ["path_rename", 3, "dir", 3, path],
        ] satisfies Call[])),
  ]),
];
