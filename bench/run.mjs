// Every bench in turn and one table of all: `pnpm bench [--only RE] [--peer] [--list]`. Each bench measures what it is compared with in
// the same run; `ours` and `native` are milliseconds where no unit stands. --peer installs just-bash in a temporary folder
// for its column. The rows are kept in bench/results/all.json.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    peer: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const here = fileURLToPath(new URL(".", import.meta.url));

const within = (ours, base, bar) => (bar === undefined ? undefined : ours / base <= bar);
const times = (bar) => (bar === undefined ? "" : `${bar} x`);

/** name → its arguments, whether it takes a peer, and its output as rows {name, bar, ours, base, peer, unit, ok}. */
const BENCHES = {
  "main-job": {
    peer: true,
    rows: ({ results }) =>
      results.map(({ name, bar, oursMs, baseMs, justBashMs, ok }) => ({
        ...{ name, bar, ours: oursMs, base: baseMs, peer: justBashMs, ok },
      })),
  },
  sandbox: {
    peer: true,
    rows: (rows) =>
      rows.map((row) => ({ ...row, bar: row.base === undefined ? limitOf(row) : times(row.bar) })),
  },
  shell: {
    peer: true,
    rows: (rows) =>
      rows.map(({ name, bar, ours, bash, peer }) => ({
        ...{ name, bar: times(bar), ours, base: bash, peer, ok: within(ours, bash, bar) },
      })),
  },
  userland: {
    rows: ({ results, start }) => [
      ...results.map(({ name, bar, native, warm }) => ({
        ...{ name, bar: times(bar), ours: native * warm, base: native, ok: warm <= bar },
      })),
      ...Object.entries(start).map(([name, ms]) => ({
        ...{ name: `start of ${name}`, bar: "0.5 ms", ours: ms, ok: ms <= 0.5 },
      })),
    ],
  },
  workspace: {
    rows: (rows) =>
      rows.map(({ bar, ours, other, limit }) => ({
        name: bar,
        bar: other === undefined ? `${limit ?? ""}` : times(limit),
        ...{ ours, base: other, ok: limit === undefined || ours / (other ?? 1) <= limit },
      })),
  },
  agent: { rows: (rows) => rows },
  registry: { rows: (rows) => rows.map(([name, ours, bar]) => ({ name, ours, bar })) },
  net: { rows: (rows) => rows },
  browser: {
    rows: (rows) =>
      rows.map(({ bar, of, unit, ...row }) => ({
        ...row,
        unit,
        bar: bar === undefined ? "" : of === "ratio" ? times(bar) : `${bar} ${unit}`,
      })),
  },
  python: { args: ["--csv-mb", "20"], rows: (rows) => rows },
};

function limitOf({ bar, unit }) {
  return bar === undefined ? "" : `${bar} ${unit}`;
}

/** A folder with just-bash in it, which the caller removes. */
function installPeer() {
  const folder = mkdtempSync(join(tmpdir(), "bench-peer-"));
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "just-bash"];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`install just-bash: expected npm to succeed, got ${status}: ${stderr}`);
  return folder;
}

function measure(name, { args = [], peer, rows }, folder) {
  const options = ["--json", ...args, ...(peer && folder ? ["--peer", folder] : [])];
  const run = spawnSync(process.execPath, [join(here, `${name}.mjs`), ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) return [{ bench: name, name: `ended with status ${run.status}`, ok: false }];
  return rows(JSON.parse(run.stdout)).map((row) => ({ bench: name, ...row }));
}

const number = (value) => (value === undefined || value === null ? "" : value.toFixed(value < 10 ? 2 : 0));

function line({ bench, name, bar, ours, base, peer, unit, ok }) {
  const ratio = base === undefined ? "" : `${(ours / base).toFixed(2)} x`;
  const figure = `${number(ours)}${unit && unit !== "ms" ? ` ${unit}` : ""}`;
  const judged = ok === undefined ? "" : ok ? "ok" : "missed";
  return `| ${[bench, name.replaceAll("|", "\\|"), figure, number(base), ratio, bar ?? "", judged, number(peer)].join(" | ")} |`;
}

const names = Object.keys(BENCHES).filter((name) => new RegExp(values.only).test(name));
if (values.list) console.log(names.join("\n"));
else {
  const folder = values.peer ? installPeer() : undefined;
  const load = loadavg()[0];
  const all = [];
  console.log(`| bench | what | ours | native | ratio | bar | | just-bash |\n|${"---|".repeat(8)}`);
  for (const name of names)
    for (const row of measure(name, BENCHES[name], folder)) {
      all.push(row);
      console.log(line(row));
    }
  const machine = { node: process.version, cpu: cpus()[0]?.model, cpus: availableParallelism(), load };
  mkdirSync(join(here, "results"), { recursive: true });
  writeFileSync(join(here, "results/all.json"), `${JSON.stringify({ ...machine, rows: all }, null, 2)}\n`);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  const missed = all.filter(({ ok }) => ok === false).length;
  console.log(
    `\n${all.length} rows, ${missed} missed; load at the start ${load.toFixed(1)}; ${machine.cpus} cores`,
  );
}
