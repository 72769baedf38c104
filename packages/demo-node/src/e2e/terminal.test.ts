import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CliBench } from "../testing/cli.ts";
import type { Person } from "../testing/person.ts";

vi.setConfig({ testTimeout: 90_000 });

let bench: CliBench;
let server: Server;
let host: string;
beforeEach(async () => {
  bench = new CliBench({ "a.txt": "one\n" });
  server = createServer((request, response) => response.end(`page ${request.url}\n`));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  bench.remove();
  server.close();
});

const bash = (command: string) => ({ calls: [{ name: "Bash", input: { command } }] });

/** A model that says these things, as a flag's value. */
function scripted(steps: object[]): string {
  writeFileSync(join(bench.folder, "model.json"), JSON.stringify({ steps }));
  return "scripted:../model.json";
}

/** Keys at a question: down that many choices, then the return key. */
const choose = (down: number) => `${"\u001b[B".repeat(down)}\r`;

/** Somebody who talks to the agent, with a script for a model. */
async function talk(steps: object[], ...flags: string[]): Promise<Person> {
  const person = bench.person(["--model", scripted(steps), ...flags]);
  await person.sees("you > ");
  return person;
}

async function ends(person: Person): Promise<void> {
  await person.sees("you > ");
  person.enters("/quit");
  expect(await person.ended).toBe(0);
  const lines = await person.lines();
  expect(lines.filter(({ wrapped }) => wrapped)).toEqual([]);
}

const NET = ["--net", "ask", "--allow-loopback"];

describe("the agent at a terminal of 80 columns", () => {
  it("asks for each host that a program wants, once", async () => {
    const person = await talk(
      [bash(`curl -s http://${host}/one`), bash(`curl -s http://${host}/two`), { text: "Read both." }],
      ...NET,
    );
    person.enters("read it");
    await person.sees(`permission WebFetch: ${host}`);
    await person.sees(`curl: GET http://${host}/one`);
    await person.sees("● Yes, once");
    person.types(choose(0));
    await person.sees("page /one");
    await person.sees("page /two");
    expect(await person.sees("Read both.")).not.toContain("permission");
    await ends(person);
  });

  it("asks for what the person's own commands fetch, too, and goes on", async () => {
    const person = await talk([{ text: "Hello." }], ...NET);
    person.enters(`! curl -s http://${host}/mine`);
    await person.sees("● Yes, once");
    person.types(choose(0));
    await person.sees("page /mine");
    await person.sees("you > ");
    person.enters("hello");
    await person.sees("Hello.");
    await ends(person);
  });

  it("leaves with what is wrong where it cannot begin", async () => {
    const person = bench.person(["--model", scripted([]), "--resume", "nope"]);
    await person.sees('open session "nope": there is none of that name');
    expect(await person.ended).toBe(1);
  });

  it("remembers what was allowed for the project, until it is to be forgotten", async () => {
    const fetching = [bash(`curl -s http://${host}/one`), { text: "Read." }];
    const first = await talk(fetching, ...NET);
    first.enters("read it");
    await first.sees("No, and tell the agent why");
    first.types(choose(2));
    await first.sees("Read.");
    await ends(first);
    const second = await talk(fetching, ...NET);
    second.enters("read it");
    expect(await second.sees("Read.")).not.toContain("permission");
    await second.sees("you > ");
    second.enters("/rules forget");
    expect(await second.sees("no rules")).toContain("1 rules of the project forgotten");
    await ends(second);
  });

  it("tells the program, and so the model, that a person said no", async () => {
    const person = await talk([bash(`curl -sS http://${host}/`), { text: "Not then." }], ...NET);
    person.enters("read it");
    await person.sees("No, and tell the agent why");
    person.types(choose(4));
    await person.sees("why > ");
    person.enters("not at night");
    await person.sees("a person said no: not at");
    await person.sees("Not then.");
    await ends(person);
  });

  it("interrupts a turn at Ctrl-C, also one that asks, and leaves at two", async () => {
    const person = await talk(
      [bash("while :; do :; done"), bash(`curl -s http://${host}/`), { text: "Here." }],
      ...NET,
    );
    person.enters("spin");
    await person.sees("Bash while");
    person.types("\u0003");
    await person.sees("[aborted]");
    await person.sees("you > ");
    await new Promise((later) => setTimeout(later, 1600));
    person.enters("ask");
    await person.sees("No, and tell the agent why");
    person.types("\u0003");
    await person.sees("[aborted]");
    await person.sees("you > ");
    person.types("\u0003");
    expect(await person.ended).toBe(0);
    const { sessions } = JSON.parse((await bench.run(["sessions", "--json"])).stdout);
    expect(sessions).toMatchObject([{ turns: 2, end: "aborted" }]);
  });

  it("leaves after the turn at Ctrl-D, which Ctrl-C still ends", async () => {
    const person = await talk([bash("while :; do :; done"), { text: "Here." }]);
    person.enters("spin");
    await person.sees("Bash while");
    person.types("\u0004");
    await new Promise((later) => setTimeout(later, 300));
    person.types("\u0003");
    await person.sees("[aborted]");
    await person.sees("go on with --resume");
    expect(await person.ended).toBe(0);
  });

  it("shows what an edit took and put", async () => {
    const edits = [{ old: "one\n", new: "\tfirst\nsecond\n" }];
    const person = await talk([
      { calls: [{ name: "Edit", input: { path: "a.txt", edits } }] },
      { text: "Done." },
    ]);
    person.enters("go");
    expect(await person.sees("Done.")).toMatch(
      /✓ Edit a\.txt (\d\.\d s)? \[1 file, \+2 -1\]\n {2}1 - one\n {2}1 \+ {5}first\n {2}2 \+ second\n/,
    );
    await ends(person);
  });

  it("shows what a file has that was written whole", async () => {
    const write = (path: string, content: string) => ({
      calls: [{ name: "Write", input: { path, content } }],
    });
    const person = await talk([write("b.txt", "new\n"), write("a.txt", "two\n"), { text: "Done." }]);
    person.enters("go");
    const shown = await person.sees("Done.");
    expect(shown).toMatch(/✓ Write b\.txt .*\n {2}@@ -0,0 \+1 @@\n {2}\+new\n/);
    expect(shown).toMatch(/✓ Write a\.txt .*\n {2}@@ -1 \+1 @@\n {2}-one\n {2}\+two\n/);
    await ends(person);
  });

  it("shows all of what it asks about: an edit before it is made, each line of a script", async () => {
    const edits = [{ old: "one\n", new: "two\n" }];
    const script = "echo first\necho second\necho last > a.txt";
    const person = await talk(
      [{ calls: [{ name: "Edit", input: { path: "a.txt", edits } }] }, bash(script), { text: "Neither." }],
      ...["--mode", "ask"],
    );
    person.enters("go");
    expect(await person.sees("permission Edit: a.txt")).toContain("  - one\n  + two\n");
    await person.sees("tell the agent why");
    person.types(choose(3));
    expect(await person.sees("permission Bash: echo first echo second")).toContain(
      "  echo first\n  echo second\n  echo last > a.txt\n",
    );
    await person.sees("tell the agent why");
    person.types(choose(3));
    await person.sees("Neither.");
    await ends(person);
    expect((await bench.run(["status"])).stdout).toBe("no changes\n");
  });

  it("completes /commands at Tab, and takes lines that go on", async () => {
    const person = await talk([{ text: "Two lines." }]);
    person.types("/mo\t");
    await person.sees("/mode");
    person.types(" pl\t");
    await person.sees(" plan");
    person.enters("");
    await person.sees("permissions: plan");
    await person.sees("plan > ");
    person.enters("/mode accept-in-shadow");
    await person.sees("you > ");
    person.enters("one \\");
    person.enters("two");
    await person.sees("Two lines.");
    await ends(person);
  });
});

describe("a question", () => {
  it("interrupts the turn at Escape; without colours and in 60 columns it is the same", async () => {
    const flags = ["--model", scripted([bash(`curl -s http://${host}/`)]), ...NET];
    const person = bench.person(flags, { env: { ...bench.env, NO_COLOR: "1" }, columns: 60 });
    await person.sees("you > ");
    person.enters("go");
    await person.sees("● Yes, once");
    await person.sees("tell the agent why");
    person.types("\u001b");
    await person.sees("[aborted]");
    await ends(person);
    expect(person.raw.match(/\u001b\[(?:[34]\d|9[0-7]|10[0-7])/g)).toBeNull();
  });

  it("does not take for its answer what somebody is typing", async () => {
    const person = await talk(
      [bash(`sleep 1; curl -s http://${host}/`), { text: "One." }, { text: "Two." }],
      ...NET,
    );
    person.enters("go");
    await person.sees("Bash sleep");
    person.types("and ");
    await person.sees("next > and");
    await person.sees("Yes, once");
    person.types(choose(3));
    await person.sees("One.");
    await person.sees("you > and ");
    person.enters("more");
    await person.sees("Two.");
    await ends(person);
    const { sessions } = JSON.parse((await bench.run(["sessions", "--json"])).stdout);
    const log = await bench.run(["sessions", "export", sessions[0].id, "--format", "jsonl"]);
    expect(log.stdout).toContain('"text":"and more"');
  });

  it("of the model is a choice, or a line of one's own", async () => {
    const asks = { calls: [{ name: "AskUser", input: { question: "Which?", options: ["left", "right"] } }] };
    const person = await talk([asks, asks, { text: "Thanks." }]);
    person.enters("go");
    await person.sees("● left");
    person.types(choose(1));
    await person.sees("  right");
    await person.sees("● left");
    person.types(choose(2));
    await person.sees("> ");
    person.enters("straight on");
    await person.sees("  straight on");
    await person.sees("Thanks.");
    await ends(person);
  });

  it("is not asked where the answer could only be no: WebFetch without a network", async () => {
    const fetching = { calls: [{ name: "WebFetch", input: { url: "https://example.org/" } }] };
    const person = await talk([fetching, { text: "Not then." }]);
    person.enters("go");
    expect(await person.sees("Not then.")).toMatch(/Not permitted: the network is off/);
    await ends(person);
  });
});

describe("what a person goes back to", () => {
  it("is the changes to commit, picked from a list", async () => {
    const person = await talk([bash("echo 1 > b.txt; echo 2 > c.txt; echo 3 > d.txt"), { text: "Three." }]);
    person.enters("go");
    await person.sees("Three.");
    person.enters("/commit");
    await person.sees("◼ A d.txt");
    person.types("\u001b[B \r");
    await person.sees("committed 000001: 2 files changed");
    expect([bench.read("b.txt"), bench.read("d.txt")]).toEqual(["1\n", "3\n"]);
    expect(() => bench.read("c.txt")).toThrow("ENOENT");
    await ends(person);
  });

  it("is all of a folded output", async () => {
    const person = await talk([bash("seq 30"), { text: "Counted." }]);
    person.enters("go");
    expect(await person.sees("Counted.")).toContain(
      "  1\n  2\n  … 24 more lines, /output shows all\n  27\n  28\n  29\n  30\n",
    );
    person.enters("/output");
    expect(await person.sees("you > ")).toBeDefined();
    await person.sees(/^13\n14\n15$/m);
    await ends(person);
  });

  it("is a session that ended, chosen from a list: its last turn, its todos, what was said in it", async () => {
    const todo = { calls: [{ name: "Todo", input: { todos: [{ text: "write tests", state: "doing" }] } }] };
    const first = await talk([todo, { text: "It is noted." }]);
    first.enters("note it");
    await first.sees("It is noted.");
    await ends(first);
    const second = bench.person(["--model", scripted([{ text: "Done." }]), "--resume"]);
    await second.sees("go on with");
    await second.sees("note it (1 turn)");
    second.types(choose(0));
    expect(await second.sees("It is noted.")).toContain("turn 1:\nyou > note it\n");
    await second.sees("you > ");
    second.enters("/todos");
    await second.sees("[>] write tests");
    second.types("\u001b[A\u001b[A");
    await second.sees("you > note it");
    second.types("\u0015");
    await ends(second);
  });
});

describe("a paste", () => {
  it("is one message, however many lines it has, and waits for the return key", async () => {
    const person = await talk([{ text: "All of it." }]);
    person.types("\u001b[200~one\rtwo\rthree\u001b[201~");
    person.enters(" four");
    await person.sees("All of it.");
    await ends(person);
    const { sessions } = JSON.parse((await bench.run(["sessions", "--json"])).stdout);
    expect(sessions).toMatchObject([{ turns: 1 }]);
    const log = await bench.run(["sessions", "export", sessions[0].id, "--format", "jsonl"]);
    expect(log.stdout).toContain('"text":"one\\ntwo\\nthree four"');
  });
});

describe("--net ask without a person", () => {
  it("is no, with the reason, in exec and in -p", async () => {
    const curl = `curl -sS http://${host}/`;
    const exec = await bench.run(["exec", ...NET, curl]);
    expect(exec.stderr).toContain("it needs a person's yes and nobody is there to ask");
    const model = scripted([bash(curl), { text: "No." }]);
    const args = ["-p", "go", "--model", model, ...NET, "--output-format", "stream-json"];
    expect((await bench.run(args)).stdout).toContain("nobody is there to ask; a rule");
  });

  it("is what a rule says", async () => {
    const model = scripted([bash(`curl -s http://${host}/`), { text: "Yes." }]);
    const args = ["-p", "go", "--model", model, ...NET, "--allow", `WebFetch(${host})`];
    expect((await bench.run(args)).stderr).toContain("page /");
  });
});
