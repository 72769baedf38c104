import { describe, expect, it } from "vitest";
import { Guest } from "../preview1/guest.ts";
import { preview1 } from "../preview1/index.ts";
import { leb, sized, text } from "./binary.ts";
import { limitModule } from "./module.ts";
import { signatureOf } from "./signatures.ts";

const WASI = "wasi_snapshot_preview1";
const PAGES = 16;

/** A command whose `_start` has the first type, and that imports what is given with the second. */
function command({
  start = [0, 0],
  imported = [0, 0],
  what = "",
  from = WASI,
  memory = 1,
  extra = [] as number[],
}) {
  const section = (id: number, body: readonly number[]) => [id, ...sized(body)];
  const imports = what === "" ? [] : [...text(from), ...text(what), 0, 1];
  const count = what === "" ? 0 : 1;
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, 0x60, ...start, 0x60, ...imported]),
    ...section(2, [count, ...imports]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(memory)]),
    ...section(7, [2, ...text("memory"), 2, 0, ...text("_start"), 0, count]),
    ...section(10, [1, 3, 0, 0x00, 0x0b]),
    ...extra,
  ]);
}

const refusal = (bytes: Uint8Array): string => {
  try {
    limitModule(bytes, PAGES, "m");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("limitModule()", () => {
  it("takes a command, and bounds its memory", async () => {
    const limited = limitModule(command({ what: "proc_exit", imported: [1, 0x7f, 0] }), PAGES, "m");
    const module = await WebAssembly.compile(limited as BufferSource);
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(["memory", "_start"]);
  });

  it.each([
    [
      "another type of an import",
      command({ what: "proc_exit" }),
      'm: expected import "proc_exit" as (i32) -> (), got () -> ()',
    ],
    [
      "a 64-bit number in place of a 32-bit one",
      command({ what: "fd_close", imported: [1, 0x7e, 1, 0x7f] }),
      'm: expected import "fd_close" as (i32) -> (i32), got (i64) -> (i32)',
    ],
    [
      "a _start that takes something",
      command({ start: [1, 0x7f, 0] }),
      "m: expected _start as () -> (), got (i32) -> ()",
    ],
    [
      "an unknown function",
      command({ what: "fd_dup" }),
      `m: expected a function of ${WASI}, got import "fd_dup"`,
    ],
    [
      "another module's function",
      command({ what: "x", from: "env" }),
      `m: expected imports of ${WASI} only, got "env" "x"`,
    ],
    ["too much memory", command({ memory: 17 }), "m: needs 17 pages of memory, the limit is 16 (1 MiB)"],
    [
      "a section that is cut off",
      command({ extra: [0, 9, 1] }),
      "m: expected a valid module: read module: a section reaches over its end",
    ],
    ["other bytes", Uint8Array.of(1, 2, 3), "m: expected a WebAssembly module, got other bytes"],
  ])("refuses %s", (_, bytes, message) => {
    expect(refusal(bytes)).toBe(message);
  });
});

describe("signatureOf()", () => {
  it("knows the functions of preview 1 and no other", () => {
    const names = Object.keys(preview1(new Guest()));
    expect(names.filter((name) => signatureOf(name) === undefined)).toEqual([]);
    expect(signatureOf("toString")).toBeUndefined();
  });
});
