import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

let bench: CliBench;
beforeEach(() => {
  bench = new CliBench({ "a.txt": "one\n", "b.txt": "two\n" });
});
afterEach(() => bench.remove());

const PROMPT = "box $ ";

describe("the prompt at a terminal", () => {
  it("takes shell commands and every /command, in 80 columns", async () => {
    const person = bench.person([]);
    await person.sees(PROMPT);
    person.enters("echo more >> a.txt; rm b.txt; echo new > c.txt; cd /tmp");
    await person.sees(PROMPT);
    person.enters("pwd");
    await person.sees(/^\/tmp$/m);
    person.enters("/status");
    expect(await person.sees("3 files changed, +2 -1")).toMatch(
      /M a\.txt {2}\+1\n.*D b\.txt {2}-1\n.*A c\.txt/s,
    );
    person.enters("/diff a.txt");
    await person.sees("+more");
    person.enters("/review");
    await person.sees("3 files, 0 taken");
    person.types(" ");
    await person.sees("3 files, 1 taken");
    person.types("c");
    await person.sees("write 1 file changed, +1 -0 to the project? [y/n]");
    person.types("y");
    await person.sees("committed 000001");
    person.types("q");
    await person.sees(PROMPT);
    expect(bench.read("a.txt")).toBe("one\nmore\n");
    person.enters("/undo");
    await person.sees("took back commit");
    expect(bench.read("a.txt")).toBe("one\n");
    person.enters("/commit c.txt");
    await person.sees(/A c\.txt {2}\+1\n.*1 file changed, \+1 -0/s);
    expect(bench.read("c.txt")).toBe("new\n");
    person.enters("cd /workspace; mkdir .husky; echo true > .husky/pre-commit");
    await person.sees(PROMPT);
    person.enters("/commit .husky");
    await person.sees("these can run code on your machine later; write them, too?");
    person.types("y");
    await person.sees(/committed 00000\d: .*1 file changed/s);
    person.enters("/discard b.txt");
    await person.sees("discarded 1 change");
    person.enters("/log");
    await person.sees(/commit c\.txt/);
    person.enters("/help");
    await person.sees("/quit");
    await person.sees(PROMPT);
    person.enters("/nope");
    await person.sees("there is no /nope; /help lists the commands");
    person.enters("/bin/false");
    await person.sees(PROMPT);
    const lines = await person.lines();
    expect(lines.filter(({ wrapped }) => wrapped)).toEqual([]);
    person.enters("/quit");
    expect(await person.ended).toBe(1);
  }, 90_000);

  it("interrupts what runs at Ctrl-C and goes on, leaves at Ctrl-D", async () => {
    const person = bench.person([]);
    await person.sees(PROMPT);
    person.enters("echo going; while :; do :; done");
    await person.sees(/^going/m);
    person.types("\u0003");
    await person.sees(PROMPT);
    person.enters("echo alive");
    await person.sees(/^alive/m);
    await person.sees(PROMPT);
    person.types("\u0004");
    expect(await person.ended).toBe(0);
  }, 60_000);

  it("gives up the line that was begun at Ctrl-C", async () => {
    const person = bench.person([]);
    await person.sees(PROMPT);
    person.types("\u0003");
    await person.sees("(/quit to leave)");
    await person.sees(PROMPT);
    person.types(`echo half ${"x".repeat(200)}\u0001`);
    await person.sees("xxx");
    person.types("\u0003");
    await person.sees(/x\nbox \$ $/);
    person.enters("echo whole");
    await person.sees(/^whole$/m);
    await person.sees(PROMPT);
    person.types("\u0004");
    expect(await person.ended).toBe(0);
  }, 60_000);

  it("goes on over the lines of a command; Ctrl-C drops all of them, Ctrl-D ends them", async () => {
    const person = bench.person([]);
    await person.sees(PROMPT);
    person.enters("for i in 1 2");
    await person.sees("\n> ");
    person.enters("do echo item$i");
    await person.sees("\n> ");
    person.enters("done");
    await person.sees("item1\nitem2\nbox $ ");
    person.enters("cat << E");
    await person.sees("\n> ");
    person.enters("here\\");
    await person.sees("\n> ");
    person.enters("E");
    await person.sees("\n> ");
    person.enters("E");
    await person.sees("hereE\nbox $ ");
    person.enters("echo 'never");
    await person.sees("\n> ");
    person.types("\u0003");
    expect(await person.sees(PROMPT)).not.toContain("/quit");
    person.enters("for i in 1");
    await person.sees("\n> ");
    person.types("\u0004");
    await person.sees("syntax error: unexpected end of file\nbox $ ");
    person.types("\u0004");
    expect(await person.ended).toBe(2);
  }, 60_000);

  it("brings whole commands back, those of the last start too", async () => {
    const first = bench.person([]);
    await first.sees(PROMPT);
    first.enters("x='one");
    await first.sees("\n> ");
    first.enters('two\'; echo "<$x>"');
    await first.sees("<one\ntwo>\nbox $ ");
    first.types("\u001b[200~cat <<- E\n\ttabbed\n\tE\necho pasted\u001b[201~");
    await first.sees("echo pasted");
    first.enters("");
    await first.sees("\ntabbed\npasted\nbox $ ");
    first.enters(" echo secret");
    await first.sees("\nsecret\nbox $ ");
    first.types("\u001b[A");
    await first.sees("echo pasted");
    first.enters(" again");
    await first.sees("\ntabbed\npasted again\nbox $ ");
    first.enters("/quit");
    await first.ended;
    const [file = ""] = readdirSync(bench.historyFolder);
    expect(statSync(join(bench.historyFolder, file)).mode & 0o777).toBe(0o600);
    const second = bench.person([]);
    await second.sees(PROMPT);
    // Past /quit and both that were pasted.
    second.types("\u001b[A".repeat(4));
    await second.sees(`two'; echo "<$x>"`);
    second.enters("");
    await second.sees("<one\ntwo>\nbox $ ");
    second.types("\u0004");
    expect(await second.ended).toBe(0);
  }, 60_000);

  it("gives a command what is typed, until Ctrl-D; what it does not read is the next command", async () => {
    const person = bench.person([]);
    await person.sees(PROMPT);
    person.enters(`read -p 'na''me? ' x; echo "<$x>"`);
    await person.sees("name? ");
    // What is corrected stands behind the question still.
    person.types("bop\u007f");
    await person.sees("name? bo");
    person.enters("b");
    await person.sees("<bob>\nbox $ ");
    person.enters("cat; echo status $?");
    await person.sees("$?\n");
    person.enters("one");
    await person.sees("one\none\n");
    person.types("\u0004");
    await person.sees("status 0\nbox $ ");
    person.enters("echo go; cat");
    await person.sees("go\n");
    person.types("half\u0003");
    await person.sees("^C\nbox $ ");
    person.enters("read -rsp 'wo''rd: ' word; echo got $word");
    await person.sees("word: ");
    person.enters("hidden");
    await person.sees("got hidden\nbox $ ");
    expect(person.raw).toMatch(/\u001b\[8mhidden\s*\u001b\[28m/);
    // Typed ahead: a line for it, and a command for the prompt.
    person.types("read -r x; echo read=$x\rfirst\recho second=$x\r");
    await person.sees("read=first\nbox $ echo second=$x\nsecond=first\nbox $ ");
    person.types("\u001b[A");
    await person.sees("echo second=$x");
    person.enters("");
    await person.sees("second=first\nbox $ ");
    person.enters("/quit");
    expect(await person.ended).toBe(0);
  }, 60_000);

  it("completes commands of the box and paths at Tab", async () => {
    const person = bench.person([]);
    await person.sees(PROMPT);
    person.types("/stat\t");
    await person.sees("/status");
    person.enters("");
    await person.sees("no changes");
    await person.sees(PROMPT);
    person.types("cat a.t\t");
    await person.sees("cat a.txt");
    person.enters("");
    await person.sees(/^one$/m);
    await person.sees(PROMPT);
    person.enters("mkdir -p deep/er; cd deep");
    await person.sees(PROMPT);
    person.types("mapf\t");
    await person.sees("mapfile");
    person.types(" -t lines < ../a.t\t");
    await person.sees("../a.txt");
    person.enters('; echo "<${lines[0]}>"');
    await person.sees("<one>\nbox $ ");
    person.types("cd e\t");
    await person.sees("cd er/");
    person.enters("; pwd");
    await person.sees("/workspace/deep/er");
    person.enters("/quit");
    await person.ended;
  }, 60_000);
});

describe("options that every command has", () => {
  it("may stand before the command", async () => {
    const { status, stdout } = await bench.run(["--json", "status"]);
    expect([status, JSON.parse(stdout).changes]).toEqual([0, []]);
  });

  it("do not make a prompt of a word that is no command", async () => {
    const { status, stderr } = await bench.run(["--json", "statsu"]);
    expect([status, stderr]).toEqual([2, 'shadowbox: "statsu" is no command; did you mean status?\n']);
  });
});
