import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { CliBench } from "../testing/cli.ts";

const bench = new CliBench({});
const env = { XDG_DATA_HOME: join(bench.folder, "data") };
const at = (name: string) => join(bench.folder, name);
const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
  bench.remove();
});

async function cli(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await bench.run(args, { env });
  return status === 0 ? stdout.trim() : `status ${status}: ${stderr.trim()}`;
}

/** A module that exits with a status: (import proc_exit) (func (call proc_exit (i32.const status))). */
const exits = (status: number) =>
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 0],
    ...[2, 36, 1, 22, ...Buffer.from("wasi_snapshot_preview1"), 9, ...Buffer.from("proc_exit"), 0, 1],
    ...[
      3,
      2,
      1,
      0,
      5,
      3,
      1,
      0,
      1,
      7,
      19,
      2,
      6,
      ...Buffer.from("memory"),
      2,
      0,
      6,
      ...Buffer.from("_start"),
      0,
      1,
    ],
    ...[10, 8, 1, 6, 0, 0x41, status, 0x10, 0, 0x0b],
  ]);

async function publish(
  version: string,
  status: number,
  capabilities: string[],
  key = "sign.pem",
): Promise<string> {
  mkdirSync(at("binaries/mine"), { recursive: true });
  writeFileSync(at("binaries/mine/mine.wasm"), exits(status));
  const commands = [{ name: "mine", argv0: "mine", capabilities }];
  const modules = [{ module: "mine", crate: "mine", commands }];
  const recipe = { name: "mine", version, description: "Mine", licence: "MIT", modules };
  writeFileSync(at("bundles.json"), JSON.stringify({ bundles: [recipe] }));
  const flags = ["--trust", at("trust.json"), "--signing-key", at(key)];
  return cli(
    "registry",
    "publish",
    at("registry"),
    ...flags,
    "--bundles",
    at("bundles.json"),
    "--binaries",
    at("binaries"),
  );
}

async function serve(folder: string): Promise<string> {
  const bin = fileURLToPath(new URL("../../bin/shadowbox.cjs", import.meta.url));
  const child = spawn(process.execPath, [bin, "registry", "serve", folder], {
    env: { ...process.env, SHADOWBOX_NO_BUILD: "1" },
  });
  stops.push(() => child.kill());
  const line = await new Promise<string>((resolve) =>
    child.stdout.once("data", (data) => resolve(String(data))),
  );
  return (JSON.parse(line) as { url: string }).url;
}

test("a registry of one's own: publish, add, run, sign, update, widen, revoke, rotate, roll back", {
  timeout: 120_000,
}, async () => {
  for (const key of ["root.pem", "sign.pem", "next.pem", "later.pem"])
    await cli("registry", "keygen", at(key));
  const keys = ["--root-key", at("root.pem"), "--signing-key", at("sign.pem")];
  writeFileSync(at("trust.json"), await cli("registry", "init", at("registry"), "--name", "team", ...keys));
  expect(await publish("1.0.0", 3, [])).toContain('"added":["mine 1.0.0"]');
  const url = await serve(at("registry"));
  expect(await cli("bundle", "add", url, "--trust", at("trust.json"))).toBe("mine  1.0.0  team");
  expect(await cli("exec", "mine; echo $?")).toBe("3");
  expect(await cli("bundle", "info", "mine")).toContain("mine  nothing");

  expect((await cli("doctor")).replace(/\s+/g, " ")).toContain(
    `"team" from ${url}, added by you; trusts 1 of `,
  );
  const sign = ["--trust", at("trust.json"), "--signing-key", at("sign.pem")];
  expect(await cli("registry", "sign", at("registry"), ...sign)).toBe('{"index":2}');
  expect(await cli("bundle", "update")).toBe("");

  const old = readFileSync(at("registry/index.json"));
  expect(await publish("1.1.0", 4, [])).toContain("1.1.0");
  expect(await cli("bundle", "outdated")).toContain("1.1.0");
  expect(await cli("bundle", "update")).toBe("mine  1.0.0  1.1.0");
  expect(await cli("exec", "mine; echo $?")).toBe("4");

  const lock = await cli("bundle", "lock");
  bench.write("shadowbox.lock", `${lock}\n`);
  expect(await cli("exec", "mine; echo $?")).toBe("4");
  bench.write("shadowbox.lock", `${lock.replaceAll('"team"', '"tame"')}\n`);
  expect(await cli("exec", "true")).toContain(
    'expected registry "tame" for bundle "mine", it is not installed',
  );
  bench.write("shadowbox.lock", `${lock}\n`);

  const newest = readFileSync(at("registry/index.json"));
  writeFileSync(at("registry/index.json"), old);
  expect(await cli("bundle", "update")).toMatch(/status 1: .*older|status 1: .*version/);
  writeFileSync(at("registry/index.json"), newest);

  await publish("1.2.0", 5, ["net"]);
  expect(await cli("bundle", "update")).toContain("it asks for more (mine: net)");
  expect(await cli("bundle", "update", "--yes")).toBe("mine  1.1.0  1.2.0");
  expect(await cli("exec", "mine; echo $?")).toBe("4");
  rmSync(join(bench.project, "shadowbox.lock"));
  expect(await cli("exec", "mine; echo $?")).toBe("5");

  const trust = ["--trust", at("trust.json"), "--root-key", at("root.pem")];
  const root = JSON.parse(readFileSync(at("registry/root.json"), "utf8")) as {
    signed: { roles: { targets: { keys: string[] } } };
  };
  const [id] = root.signed.roles.targets.keys;
  expect(
    await cli(
      "registry",
      "revoke",
      at("registry"),
      ...trust,
      "--signing-key",
      at("next.pem"),
      "--revoke",
      id!,
    ),
  ).toContain('"root":2');
  expect(await publish("1.3.0", 6, ["net"], "sign.pem")).toContain("status 1");
  expect(await publish("1.3.0", 6, ["net"], "next.pem")).toContain("1.3.0");
  expect(await cli("bundle", "update")).toBe("mine  1.2.0  1.3.0");
  expect(
    await cli("registry", "rotate", at("registry"), ...trust, "--signing-key", at("later.pem")),
  ).toContain('"root":3');
  expect(await cli("bundle", "update")).toBe("");
  expect(await cli("exec", "mine; echo $?")).toBe("6");
  expect(await cli("bundle", "gc")).toMatch(/^[1-9]\d* removed {2}.* MB freed {2}.* MB kept$/);
  expect(await cli("bundle", "remove", "team")).toBe("team");
  expect(await cli("exec", "mine; echo $?")).toBe("127");
});
