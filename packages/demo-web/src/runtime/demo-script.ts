import type { Script } from "@shadowbox/agent/models";

const shell = (command: string) => ({ name: "Bash", input: { command } });

/** What the demo says in place of a model: it works in any project, and asks for the network once. */
export const DEMO_SCRIPT: Script = {
  name: "demo",
  steps: [
    {
      text: "This is a recorded script, no model: it shows how an agent works here. First I look at what there is.",
      calls: [shell("find . -type f | sort | head -n 20")],
      delayMs: 60,
    },
    {
      text: "I write notes on it. That goes into the shadow, so nobody has to be asked.",
      calls: [
        {
          name: "Write",
          input: { path: "NOTES.md", content: "# Notes\n\nFiles of this project by kind:\n\n" },
        },
        shell(
          "find . -type f -name '*.*' | sed 's/.*\\.//' | sort | uniq -c | sort -rn >> NOTES.md; cat NOTES.md",
        ),
      ],
      delayMs: 60,
    },
    {
      text: "What leaves the box is another matter: to fetch a page I need your yes. A no is fine.",
      calls: [{ name: "WebFetch", input: { url: "https://example.org/" } }],
      delayMs: 60,
    },
    {
      text: "Either way, I finish what I have.",
      calls: [
        {
          name: "Edit",
          input: {
            path: "NOTES.md",
            edits: [
              {
                old: "Files of this project by kind:",
                new: "How many files of each kind this project has:",
              },
            ],
          },
        },
      ],
      delayMs: 60,
    },
    {
      text: "NOTES.md is ready. Look at it under Review: keep it, or take it back. To talk to a model of yours, name it under Settings.",
      delayMs: 60,
    },
  ],
};
