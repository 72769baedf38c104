import { describe, expect, it } from "vitest";
import { bash, python } from "./bash.ts";
import { webFetch } from "./fetch.ts";
import { edit, read, write } from "./files.ts";
import { glob, grep } from "./search.ts";
import { askUser, changes, todo } from "./session-tools.ts";
import { inputSchemaOf, type Tool } from "./tool.ts";

const TOOLS = [bash, python, read, write, edit, glob, grep, webFetch, changes, todo, askUser];

/** As providers get it. */
const sent = (tool: Tool) =>
  JSON.stringify({ name: tool.name, description: tool.description, schema: inputSchemaOf(tool) });

describe("what a model is sent of the tools with every call", () => {
  it.each(TOOLS.map((tool) => [tool.name, tool] as const))("is short for %s", (_, tool) => {
    expect(tool.description.length).toBeLessThan(250);
    expect(sent(tool).length).toBeLessThan(900);
  });

  it("is short for all of them", () => {
    expect(TOOLS.map(sent).join().length).toBeLessThan(6000);
  });
});
