import { expect, test } from "vitest";
import { missingCommands } from "./missing.ts";

const COMMANDS = ["awk", "bash", "cat", "egrep", "grep", "ls", "python3", "sed", "sort", "tar"];

test.each([
  [
    "bash: line 1: gerp: command not found\n",
    "gerp is not among the commands (near it: grep, egrep); ls /bin lists them",
  ],
  ["bash: git: command not found\n", "git is not among the commands; ls /bin lists them"],
  [
    "./x.sh: line 4: python: command not found",
    "python is not among the commands (near it: python3); ls /bin lists them",
  ],
  [
    "x: line 2: gawk: command not found\nx: line 3: gawk: command not found\n",
    "gawk is not among the commands (near it: awk); ls /bin lists them",
  ],
  [
    "bash: line 1: git: command not found\nbash: line 2: npm: command not found\n",
    "git is not among the commands; npm is not among the commands; ls /bin lists them",
  ],
])("missingCommands() of %j", (stderr, line) => {
  expect(missingCommands(stderr, COMMANDS, "ls /bin")).toBe(line);
});

test("missingCommands() names the optional bundle that a command is of", () => {
  const optional = new Map([["python3.15", "python-data"]]);
  const stderr = "bash: line 1: python3.15: command not found\nbash: line 2: gerp: command not found\n";
  expect(missingCommands(stderr, COMMANDS, "`ls /bin`", optional)).toBe(
    "python3.15 is of the optional bundle python-data, which is not here: `shadowbox bundle get python-data --from PLACE` brings it; " +
      "gerp is not among the commands (near it: grep, egrep); `ls /bin` lists them",
  );
});

test.each([
  ["nothing missing", "bash: line 1: x: No such file or directory\n"],
  ["a command that is there, but not in PATH", "bash: line 1: ls: command not found\n"],
  ["a path", "bash: line 1: ./a b: command not found here\n"],
])("missingCommands() says nothing of %s", (_what, stderr) => {
  expect(missingCommands(stderr, COMMANDS, "ls /bin")).toBeUndefined();
});
