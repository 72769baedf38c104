// An app on the AI SDK whose model works in a sandbox: `node ai-sdk.mjs`. The model here is a recorded script; put any other
// in its place, such as anthropic("claude-sonnet-4-5").
import { shadowboxTools } from "@shadowbox/agent";
import { scriptedModel } from "@shadowbox/agent/models";
import { Sandbox } from "@shadowbox/sandbox";
import { stepCountIs, streamText } from "ai";

const model = scriptedModel({
  steps: [
    { text: "I run the check first.", calls: [{ name: "Bash", input: { command: "python3 check.py" } }] },
    {
      text: "The sign is wrong.",
      calls: [{ name: "Edit", input: { path: "sum.py", edits: [{ old: "a - b", new: "a + b" }] } }],
    },
    { calls: [{ name: "Bash", input: { command: "python3 check.py" } }] },
    { text: "Fixed: add() subtracted. The check passes now." },
  ],
});

// The project: here in memory; `project: "/path"` with a `state` folder is one on the disk.
const sandbox = await Sandbox.create({
  files: {
    "sum.py": "def add(a, b):\n    return a - b\n",
    "check.py": "from sum import add\nassert add(2, 3) == 5, add(2, 3)\nprint('ok')\n",
  },
});

const { fullStream } = streamText({
  model,
  tools: shadowboxTools(sandbox),
  stopWhen: stepCountIs(10),
  prompt: "Fix the failing check.",
});
for await (const part of fullStream) {
  if (part.type === "text-delta") process.stdout.write(part.text);
  if (part.type === "text-end") process.stdout.write("\n");
  if (part.type === "tool-result")
    console.log(`  ${part.toolName}: ${part.output.trim().split("\n").at(-1)}`);
}

// What it changed, for a person to look at before sandbox.commit().
console.log(new TextDecoder().decode(sandbox.diff(["sum.py"])));
await sandbox.close();
