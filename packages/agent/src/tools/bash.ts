import { missingCommands } from "@shadowbox/sandbox";
import { z } from "zod";
import { defineTool } from "./tool.ts";

const MAX_SECONDS = 600;

/** The session's shell: directory, variables, functions and jobs stay between calls. */
export const bash = defineTool({
  name: "Bash",
  description:
    "Run a bash script in the box. Directory, variables, functions and background jobs (&) stay between calls. Returns stdout and stderr together and the exit status if it is not 0.",
  effect: "shadow",
  schema: z.object({
    command: z.string().describe("the script"),
    timeout: z.number().positive().max(MAX_SECONDS).optional().describe("seconds, default 120"),
  }),
  subject: ({ command }) => command,
  async run({ command, timeout = 120 }, { sandbox, signal, origin, onOutput }) {
    let output = "";
    const decoder = new TextDecoder();
    const take = (stream: "stdout" | "stderr") => (bytes: Uint8Array) => {
      const text = decoder.decode(bytes, { stream: true });
      output += text;
      onOutput?.(stream, text);
    };
    const result = await sandbox.exec(command, {
      session: true,
      signal,
      origin,
      timeoutMs: timeout * 1000,
      combine: true,
      maxOutputBytes: 0,
      onStdout: take("stdout"),
      onStderr: take("stderr"),
    });
    const end = result.timedOut
      ? `\n[killed after ${timeout} s; start long work in the background with & or raise timeout]`
      : result.status === 0
        ? ""
        : `\n[exit status ${result.status}${result.signal ? `, ${result.signal}` : ""}]`;
    const missing = missingCommands(
      output,
      sandbox.commands().keys(),
      "`ls /bin`",
      sandbox.optionalCommands(),
    );
    return {
      output:
        `${output.trimEnd()}${end}${missing ? `\n[${missing}]` : ""}`.replace(/^\n/, "") || "[no output]",
      isError: result.timedOut,
    };
  },
});

/** Python in the box, offered where there is one. */
export const python = defineTool({
  name: "Python",
  description:
    "Run Python 3 code in the box. Prints, the last expression's value and errors come back. session: true keeps variables and imports for the next call with it, as a notebook does.",
  effect: "shadow",
  schema: z.object({
    code: z.string(),
    session: z.boolean().optional().describe("go on with the interpreter of the last call, default false"),
    timeout: z.number().positive().max(MAX_SECONDS).optional().describe("seconds, default 120"),
  }),
  subject: ({ code }) => code,
  async run({ code, session = false, timeout = 120 }, { sandbox, signal, origin, onOutput }) {
    let output = "";
    const decoder = new TextDecoder();
    const result = await sandbox.python(code, {
      session,
      signal,
      origin,
      timeoutMs: timeout * 1000,
      combine: true,
      maxOutputBytes: 0,
      onStdout: (bytes) => {
        const text = decoder.decode(bytes, { stream: true });
        output += text;
        onOutput?.("stdout", text);
      },
    });
    const lost = session && (result.timedOut || result.signal) ? "; the session's variables are gone" : "";
    const end = result.timedOut
      ? `\n[killed after ${timeout} s${lost}]`
      : result.status
        ? `\n[exit status ${result.status}${lost}]`
        : "";
    return {
      output: `${output.trimEnd()}${end}`.replace(/^\n/, "") || "[no output]",
      isError: result.timedOut,
    };
  },
});
