import { describe, expect, test } from "vitest";
import { AssocArray, IndexedArray } from "./arrays.ts";
import { Attr } from "./variable.ts";
import { VariableStore } from "./variables.ts";

describe("VariableStore", () => {
  test("local() hides a variable until its scope ends", () => {
    const vars = new VariableStore();
    vars.set("x", "outer");
    vars.pushScope("function");
    vars.assign(vars.local("x"), "inner");
    expect(vars.text("x")).toBe("inner");
    vars.popScope();
    expect(vars.text("x")).toBe("outer");
  });

  test("endSubshell() takes back values, attributes, arrays, new names and removals", () => {
    const vars = new VariableStore();
    vars.set("x", "1");
    vars.setElement(vars.writable("a"), 0, "one");
    vars.set("gone", "still here");
    vars.beginSubshell();
    vars.set("x", "2");
    vars.setAttributes(vars.writable("x"), Attr.EXPORT, 0);
    vars.setElement(vars.writable("a"), 0, "two");
    vars.set("new", "n");
    vars.unset("gone");
    expect(vars.environment()).toContain("x=2");
    vars.endSubshell();
    expect([vars.text("x"), vars.text("a"), vars.text("new"), vars.text("gone")]).toEqual([
      "1",
      "one",
      undefined,
      "still here",
    ]);
    expect(vars.environment()).toEqual([]);
  });

  test("endSubshell() of an inner subshell leaves what the outer one changed", () => {
    const vars = new VariableStore();
    vars.set("x", "0");
    vars.beginSubshell();
    vars.set("x", "1");
    vars.beginSubshell();
    vars.set("x", "2");
    vars.endSubshell();
    expect(vars.text("x")).toBe("1");
    vars.endSubshell();
    expect(vars.text("x")).toBe("0");
  });

  test("fromPlain() of toPlain() keeps shadowed bindings and array kinds", () => {
    const vars = new VariableStore();
    vars.set("x", "global");
    vars.array(vars.writable("m"), true).set("k" as never, "v");
    vars.pushScope("function");
    vars.assign(vars.local("x"), "local");
    const copy = new VariableStore();
    copy.fromPlain(structuredClone(vars.toPlain()));
    expect(copy.text("x")).toBe("local");
    expect(copy.get("m")?.value).toBeInstanceOf(AssocArray);
    copy.popScope();
    expect(copy.text("x")).toBe("global");
  });

  test("writable() throws for a readonly variable", () => {
    const vars = new VariableStore();
    vars.set("r", "1");
    vars.setAttributes(vars.writable("r"), Attr.READONLY, 0);
    expect(() => vars.set("r", "2")).toThrow("r: readonly variable");
  });

  test("follow() ends on a circle of namerefs", () => {
    const vars = new VariableStore();
    for (const [name, target] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      vars.set(name, target);
    }
    for (const name of ["a", "b"]) vars.setAttributes(vars.writable(name), Attr.NAMEREF, 0);
    const warnings: string[] = [];
    vars.warn = (message) => warnings.push(message);
    expect(vars.follow("a")).toBeUndefined();
    expect(warnings).toEqual(["warning: a: circular name reference"]);
  });
});

describe("IndexedArray", () => {
  test("set() far beyond the end keeps order and count", () => {
    const array = IndexedArray.of(["a", "b"]);
    array.set(1_000_000_000, "z");
    array.set(5, "f");
    array.delete(0);
    expect(array.indices()).toEqual([1, 5, 1_000_000_000]);
    expect([array.count, array.end]).toEqual([3, 1_000_000_001]);
  });
});

describe("AssocArray", () => {
  test("keys() come in the order of bash's hash table", () => {
    const array = new AssocArray();
    for (const key of ["one", "two", "three", "four", "five"]) array.set(key, key);
    // As `declare -A m=([one]=1 …); echo ${!m[@]}` of bash 5.2 prints them.
    expect(array.keys().join(" ")).toBe(ORDER);
  });
});

const ORDER = "four two three one five";
