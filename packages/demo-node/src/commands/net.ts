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
    har: { type: "boolean", help: "print an HTTP archive (HAR 1.2), without bodies" },
    denied: { type: "boolean", help: "only what was refused" },
  },
  run: runNet,
};

async function runNet({ values, positionals }: Parsed): Promise<number> {
  const [action = "log"] = positionals;
  if (action !== "log") throw new CliError(`net: expected "log", got "${action}"`, EXIT.USAGE);
  const box = await openBox(values, { readOnly: true });
  const { exchangesOf, toHar } = await import("@shadowbox/sandbox/node");
  const all = exchangesOf(box.netLog());
  await box.close();
  const list = values.denied ? all.filter(({ asked }) => asked.verdict === "deny") : all;
  const style = styleOf(process.stdout);
  const text = values.har
    ? `${JSON.stringify(toHar(list), null, 1)}\n`
    : values.json
      ? list.map((exchange) => `${JSON.stringify(exchange)}\n`).join("")
      : list.map((exchange) => `${line(exchange, style)}\n`).join("") ||
        `no requests${values.denied ? " were refused" : ""} yet\n`;
  await writeAll(process.stdout, text);
  return EXIT.OK;
}

function line({ asked, ended }: Exchange, style: Style): string {
  const what = `${asked.time}  ${asked.command}[${asked.pid}]  ${asked.method} ${showName(asked.url)}${asked.via ? ` by ${showName(asked.via)}` : ""}`;
  if (asked.verdict === "deny") return `${what}  ${style.red("refused")}: ${asked.reason}`;
  if (ended === undefined) return `${what}  ${style.yellow("not ended")}`;
  const { status, error, requestBytes, responseBytes, durationMs, address } = ended;
  const end = error === undefined ? style.green(String(status)) : style.red(error);
  const bytes = `${requestBytes} up, ${responseBytes} down`;
  return `${what}  ${end}  ${bytes}, ${Math.round(durationMs)} ms${address ? `, ${address}` : ""}`;
}
