import { Errno, encodeText } from "@shadowbox/vfs";
import { beforeEach, expect, test } from "vitest";
import { freshGuest, process } from "../preview1/testing/guest.ts";
import { Capability, capabilityBits, capabilityName, UNLISTED } from "./capabilities.ts";
import { OpenFlags, Slot } from "./layout.ts";
import { AT_CWD } from "./walker.ts";

beforeEach(freshGuest);

function grant(bits: number): void {
  process.kernel.memory.i32[process.slot + Slot.CAPABILITIES] = bits;
}

const path = encodeText;
const open = (name: string, flags: number) => process.paths.open(AT_CWD, path(name), flags);
const { READ, WRITE, CREATE, DIRECTORY, TRUNCATE } = OpenFlags;

const ACTIONS: [what: string, needs: number, errno: number, action: () => number][] = [
  ["reads a file", Capability.FS_READ, Errno.EACCES, () => open("/file", READ)],
  ["lists a directory", Capability.FS_READ, Errno.EACCES, () => open("/dir", READ | DIRECTORY)],
  ["writes a file", Capability.FS_WRITE, Errno.EROFS, () => open("/file", WRITE)],
  ["empties a file", Capability.FS_WRITE, Errno.EROFS, () => open("/file", WRITE | TRUNCATE)],
  ["makes a file", Capability.FS_WRITE, Errno.EROFS, () => open("/new", WRITE | CREATE)],
  ["makes a directory", Capability.FS_WRITE, Errno.EROFS, () => process.paths.mkdir(AT_CWD, path("/d"))],
  [
    "makes a link",
    Capability.FS_WRITE,
    Errno.EROFS,
    () => process.paths.symlink(path("x"), AT_CWD, path("/l")),
  ],
  ["removes a file", Capability.FS_WRITE, Errno.EROFS, () => process.paths.unlink(AT_CWD, path("/file"))],
  [
    "renames a file",
    Capability.FS_WRITE,
    Errno.EROFS,
    () => process.paths.rename(AT_CWD, path("/file"), AT_CWD, path("/other")),
  ],
  [
    "changes a mode",
    Capability.FS_WRITE,
    Errno.EROFS,
    () => process.paths.setStat(AT_CWD, path("/file"), { mode: 0 }),
  ],
  [
    "starts a program",
    Capability.SPAWN,
    Errno.EPERM,
    () => process.children.spawn({ path: path("/bin/none"), argv: [path("none")], env: [] }),
  ],
  ["opens the network", Capability.NET, Errno.EACCES, () => open("/dev/shadowbox/fetch", READ | WRITE)],
];

test.each(ACTIONS)("a command %s only if its manifest asks for it", (what, needs, errno, action) => {
  const all = UNLISTED | Capability.NET;
  grant(all & ~needs);
  expect(action()).toBe(-errno);
  grant(all);
  // Nobody serves the network here, and there is no such program.
  const otherwise = { "opens the network": -Errno.ENXIO, "starts a program": -Errno.ENOENT }[what];
  if (otherwise === undefined) expect(action()).toBeGreaterThanOrEqual(0);
  else expect(action()).toBe(otherwise);
});

test("without any capability, what a parent handed over can be used, and devices", () => {
  grant(0);
  expect(process.io.write(1, path("x"))).toBe(1);
  expect(open("/dev/null", WRITE)).toBeGreaterThan(0);
});

test("what is refused is said once for each capability", () => {
  const said: string[] = [];
  process.complain = (text) => void said.push(text);
  grant(0);
  open("/file", READ);
  open("/file", READ);
  open("/file", WRITE);
  expect(said).toEqual([
    'not permitted: "fs.read" is not among its capabilities',
    'not permitted: "fs.write" is not among its capabilities',
  ]);
});

test("names of manifests become bits", () => {
  const names = ["fs.read", "fs.write", "spawn", "net"];
  expect(capabilityBits([...names, "clock", "random"])).toBe(15);
  expect(names.map((name) => capabilityName(capabilityBits([name])))).toEqual(names);
});
