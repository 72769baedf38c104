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
    person.enters("y");
    await person.sees("page /one");
    await person.sees("page /two");
    expect(await person.sees("Read both.")).not.toContain("permission");
    await ends(person);
  });

  it("remembers what was allowed for the project, until it is to be forgotten", async () => {
    const fetching = [bash(`curl -s http://${host}/one`), { text: "Read." }];
    const first = await talk(fetching, ...NET);
    first.enters("read it");
    await first.sees("no and why: ");
    first.enters("p");
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
    await person.sees("no and why: ");
    person.enters("n");
    await person.sees("a person said no");
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
    await person.sees("no and why: ");
    person.types("\u0003");
    await person.sees("[aborted]");
    await person.sees("you > ");
    person.types("\u0003");
    expect(await person.ended).toBe(0);
    const { sessions } = JSON.parse((await bench.run(["sessions", "--json"])).stdout);
    expect(sessions).toMatchObject([{ turns: 2, end: "aborted" }]);
  });

  it("shows what an edit took and put", async () => {
    const edits = [{ old: "one\n", new: "\tfirst\nsecond\n" }];
    const person = await talk([
      { calls: [{ name: "Edit", input: { path: "a.txt", edits } }] },
      { text: "Done." },
    ]);
    person.enters("go");
    expect(await person.sees("Done.")).toContain(
      "✓ Edit a.txt  [1 file, +2 -1]\n  1 - one\n  1 +     first\n  2 + second\n",
    );
    await ends(person);
  });

  it("completes /commands at Tab, and takes lines that go on", async () => {
    const person = await talk([{ text: "Two lines." }]);
    person.types("/mo\t");
    await person.sees("/mode");
    person.enters(" plan");
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
