/** What the programs of crates/wasi-tests are to be given, besides an empty folder as `/`. */
export const PROGRAMS: Readonly<
  Record<string, { args?: string[]; env?: Record<string, string>; stdin?: string }>
> = {
  paths: {},
  links: {},
  descriptors: {},
  bytes: {},
  rights: {},
  directories: {},
  environment: {
    args: ["first", "the second"],
    env: { a: "text", b: 'escap "\\t"', c: "new\nline" },
  },
  files: {},
  system: { args: ["an argument"], env: { NAME: "its value" }, stdin: "input\n" },
};
