// Runs the cases that the driver sends, one after the other. A process of its own: a case that takes the engine down
// must not take the report with it.
import { runCase } from "./case.mjs";

const options = JSON.parse(process.argv[2]);
const { Sandbox } = await import(options.sdk);

process.on("message", async (record) => {
  let result;
  try {
    result = await runCase(Sandbox, record, options);
  } catch (error) {
    result = { id: record.id, ok: false, differed: ["driver"], error: String(error?.stack ?? error) };
  }
  process.send(result);
});
process.on("disconnect", () => process.exit(0));
process.send("ready");
