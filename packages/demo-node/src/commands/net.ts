import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Exchange } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { type Style, showName, styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const net: CliCommand = {
  usage: "net log [options]",
  about: "Lists the requests that programs made, and those that were refused.",
  flags: {
    ...COMMON,
    har: {
      type: "boolean",
      help: "print an HTTP archive (HAR 1.2); bodies are there where they were recorded",
    },
    recording: {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "with --har: bodies of this archive of --net-record, besides the agent's own",
    },
    denied: { type: "boolean", help: "only what was refused" },
  },
  run: runNet,
};

async function runNet({ values, positionals }: Parsed): Promise<number> {
  const [action = "log"] = positionals;
  if (action !== "log") throw new CliError(`net: expected "log", got "${action}"`, EXIT.USAGE);
  const box = await openBox(values, { readOnly: true });
  const { exchangesOf } = await import("@shadowbox/sandbox/node");
  const all = exchangesOf(box.netLog());
  await box.close();
  const list = values.denied ? all.filter(({ asked }) => asked.verdict === "deny") : all;
  const style = styleOf(process.stdout);
  const text = values.har
    ? await archive(values, list)
    : values.json
      ? list.map((exchange) => `${JSON.stringify(exchange)}\n`).join("")
      : list.map((exchange) => `${line(exchange, style)}\n`).join("") ||
        `no requests${values.denied ? " were refused" : ""} yet\n`;
  await writeAll(process.stdout, text);
  return EXIT.OK;
}

/** The requests with the bodies that the agent's sessions and `--net-record` kept. */
async function archive(values: Parsed["values"], list: readonly Exchange[]): Promise<string> {
  const { readRecording, toHar } = await import("@shadowbox/sandbox/node");
  const { sessionFolder } = await import("../agent/setup.ts");
  const folder = sessionFolder(values);
  const sessions = new Set(list.flatMap(({ asked }) => asked.session ?? []));
  const kept = [...sessions].map((id) => folder.recording(id)).filter((path) => existsSync(path));
  const given = ((values.recording ?? []) as string[]).map((path) => resolve(path));
  return `${JSON.stringify(await toHar(list, [...given, ...kept].map(readRecording)), null, 1)}\n`;
}

function line({ asked, ended }: Exchange, style: Style): string {
  const what = `${asked.time}  ${showName(asked.command)}[${asked.pid}]  ${asked.method} ${showName(asked.url)}${asked.via ? ` by ${showName(asked.via)}` : ""}`;
  if (asked.verdict === "deny") return `${what}  ${style.red("refused")}: ${showText(asked.reason ?? "")}`;
  if (ended === undefined) return `${what}  ${style.yellow("not ended")}`;
  const { status, error, requestBytes, responseBytes, durationMs, address } = ended;
  const end = error === undefined ? style.green(String(status)) : style.red(showText(error));
  const bytes = `${requestBytes} up, ${responseBytes} down`;
  return `${what}  ${end}  ${bytes}, ${Math.round(durationMs)} ms${address ? `, ${address}` : ""}`;
}

/** Words that a server or a program may have a part in, for a terminal. */
function showText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
