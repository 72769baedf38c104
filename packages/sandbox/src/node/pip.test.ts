import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { FetchHost } from "../net/host.ts";
import { Sandbox } from "./index.ts";
import { Index, type IndexFile, wheel } from "./testing/wheels.ts";

/** Twenty starts of Python in one test, on a machine that does something else. */
const PATIENCE_MS = 240_000;
const sha256 = (file: IndexFile) => createHash("sha256").update(file.bytes).digest("hex");
const base = wheel("base", "1.0");
const PROJECTS: Record<string, readonly IndexFile[]> = {
  base: [base, wheel("base", "1.5"), wheel("base", "2.0"), wheel("base", "3.0rc1")],
  top: [
    wheel("top", "1.2", {
      requires: [
        "Base>=1,<2",
        'nowhere; sys_platform == "win32"',
        'extra-one; extra == "more"',
        'old; python_version < "3"',
      ],
      extras: ["more"],
      scripts: ["top-tool = top:main"],
      files: {
        "top.py": "import base\ndef main():\n    print('top with base', base.version)\n    return 3\n",
      },
    }),
  ],
  "extra-one": [wheel("extra_one", "1")],
  // The newest wants what the other forbids.
  chooser: [wheel("chooser", "2", { requires: ["base>=2"] }), wheel("chooser", "1", { requires: ["base"] })],
  careful: [wheel("careful", "1", { requires: ["base<2"] })],
  strict: [wheel("strict", "1", { requires: ["base==2.0", "careful"] })],
  compiled: [wheel("compiled", "1", { tag: "cp311-cp311-manylinux_2_17_x86_64" })],
  numpy: [wheel("numpy", "2.1", { tag: "cp311-cp311-manylinux_2_17_x86_64" })],
  source: [{ name: "source-1.0.tar.gz", bytes: Buffer.from("x") }],
  newer: [
    wheel("newer", "2", { requiresPython: ">=3.12" }),
    wheel("newer", "1", { requiresPython: ">=3.8,<4" }),
  ],
  withdrawn: [{ ...wheel("withdrawn", "2"), yanked: true }, wheel("withdrawn", "1")],
  changed: [{ ...wheel("changed", "1"), sha256: "0".repeat(64) }],
  outside: [wheel("outside", "1", { files: { "../../../workspace/out.py": "" } })],
};

const index = new Index(PROJECTS);
let address = "";
let box: Sandbox;
beforeAll(async () => {
  address = await index.listen();
  box = await Sandbox.create({
    net: { policy: { allow: [{ host: "127.0.0.1", scheme: "http", port: "*" }], allowLoopback: true } },
  });
});
afterAll(async () => {
  await box?.close();
  index.close();
});
beforeEach(() => {
  for (const folder of ["/home/user/.local", "/usr/local/bin"])
    if (box.fs.exists(folder)) box.fs.rm(folder, { recursive: true });
});

async function run(script: string, where = box) {
  const env = { PIP_INDEX_URL: `${address}/json` };
  const { status, stdout, stderr } = await where.exec(script, { env });
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString().replaceAll(address, "INDEX");
  return { status, stdout: text(stdout), stderr: text(stderr) };
}

/** Installs and says what is there then. */
async function installed(what: string) {
  const { status, stderr } = await run(`pip install -q ${what}`);
  const { stdout } = await run("pip freeze | grep -v '^\\(PyYAML\\|MarkupSafe\\|tzdata\\)='");
  return status === 0 ? stdout.trim().split("\n") : stderr;
}

test(
  "pip installs what a project needs here, outside the project",
  async () => {
    const result = await run("pip install top");
    expect(result).toEqual({
      status: 0,
      stdout:
        "Processing top-1.2-py3-none-any.whl\nProcessing base-1.5-py3-none-any.whl\nSuccessfully installed base-1.5 top-1.2\n",
      stderr: "",
    });
    expect(await run("top-tool; echo $?; python3 -c 'import top; print(top.__file__)'; ls -A")).toEqual({
      status: 0,
      stdout: "top with base 1.5\n3\n/home/user/.local/lib/python3.11/site-packages/top.py\n",
      stderr: "",
    });
  },
  PATIENCE_MS,
);

const CHOICES: [what: string, installed: string[]][] = [
  ["base", ["base==2.0"]],
  ["'base!=2.0,>1'", ["base==1.5"]],
  ["'base~=1.0'", ["base==1.5"]],
  ["base==3.0rc1", ["base==3.0rc1"]],
  ["--pre base", ["base==3.0rc1"]],
  ["'top[more]' --no-deps", ["top==1.2"]],
  ["'top[more]'", ["base==1.5", "extra_one==1", "top==1.2"]],
  ["chooser careful", ["base==1.5", "careful==1", "chooser==1"]],
  ["'base; python_version < \"3\"' newer", ["newer==1"]],
  ["withdrawn", ["withdrawn==1"]],
  ["withdrawn==2", ["withdrawn==2"]],
  ["-i INDEX/html newer 'top[more]'", ["base==1.5", "extra_one==1", "newer==1", "top==1.2"]],
  ["INDEX/files/base-1.0-py3-none-any.whl", ["base==1.0"]],
  [`'base @ INDEX/files/base-1.0-py3-none-any.whl#sha256=${sha256(base)}'`, ["base==1.0"]],
];

test.each(CHOICES)(
  "pip install %s takes what fits",
  async (what, expected) => {
    expect(await installed(what.replace("INDEX", address))).toEqual(expected);
  },
  PATIENCE_MS,
);

const REFUSALS: [what: string, reason: RegExp][] = [
  [
    "compiled",
    /^ERROR: compiled: compiled-1-\S+ holds compiled code for manylinux_2_17_x86_64; only pure-Python/,
  ],
  ["numpy", /^ERROR: numpy: numpy-2.1-\S+ holds compiled code .* bundle get python-data\)$/m],
  ["source", /^ERROR: source: source-1.0.tar.gz is a source archive that would have to be built/],
  ["newer==2", /^ERROR: newer==2: newer-2-\S+ needs Python >=3.12; this is 3.11.2/],
  [
    "nowhere",
    /^ERROR: Could not find a version that satisfies the requirement nowhere \(from versions: none\)/,
  ],
  ["base==9", /requirement base==9 \(from versions: 1.0, 1.5, 2.0, 3.0rc1\)/],
  ["changed", /^ERROR: changed-1-\S+: its sha256 is not the index's 0+: it was changed on the way/],
  ["strict", /^ERROR: conflicting requirements of base: strict 1 needs base==2.0; careful 1 needs base<2/],
  ["outside", /^ERROR: outside-1-\S+: '..\/..\/..\/workspace\/out.py' would be written outside/],
  ["-e .", /^ERROR: \/workspace: building packages .* no \[project\] table .* set PYTHONPATH/],
  [".", /^ERROR: \/workspace: building packages from source is not possible here/],
  ["-e nowhere", /^ERROR: -e nowhere: expected a folder with a pyproject.toml, there is none/],
  ["git+https://example.org/x", /only wheels can be installed/],
  ["'base @ INDEX/files/base-1.0-py3-none-any.whl#sha256=00'", /its sha256 is not the index's 00/],
  ["--no-index base", /from versions: none/],
  ["-r nowhere.txt", /Could not open requirements file/],
];

test.each(REFUSALS)(
  "pip install %s is refused with the reason",
  async (what, reason) => {
    expect(await installed(what.replace("INDEX", address))).toMatch(reason);
    expect((await run("pip freeze | grep -c .; ls -A")).stdout).toBe("3\n");
  },
  PATIENCE_MS,
);

test(
  "pip follows requirement and constraint files, and checks their digests",
  async () => {
    const digest = sha256(base);
    box.fs.writeFile("/tmp/more.txt", "# comment\nextra-one # why\n");
    box.fs.writeFile("/tmp/limits.txt", "base<1.5\n");
    box.fs.writeFile("/tmp/all.txt", "-r more.txt\n-c limits.txt\ntop[more] \\\n  >=1\n");
    expect(await installed("-r /tmp/all.txt")).toEqual(["base==1.0", "extra_one==1", "top==1.2"]);
    await run("pip uninstall -qy -r /tmp/all.txt base");
    box.fs.writeFile("/tmp/good.txt", `base==1.0 --hash=sha256:${digest}\n`);
    expect(await installed("-r /tmp/good.txt")).toEqual(["base==1.0"]);
    await run("pip uninstall -qy base");
    const refused = async (text: string) => {
      box.fs.writeFile("/tmp/bad.txt", text);
      return installed("-r /tmp/bad.txt");
    };
    expect(await refused(`base==1.5 --hash=sha256:${digest}\n`)).toContain("DO NOT MATCH THE HASHES");
    expect(await refused(`base --hash=sha256:${digest}\n`)).toContain(
      "must have their versions pinned with ==",
    );
    expect(await refused(`top==1.2\nbase==1.0 --hash=sha256:${digest}\n`)).toContain("missing for top==1.2");
  },
  PATIENCE_MS,
);

test(
  "pip installs a project's folder in place with -e and as a copy without",
  async () => {
    const project = [
      "[build-system]\nrequires = ['setuptools']",
      "[project]\nname = 'my-tool'\ndynamic = ['version']\nscripts = {my-tool = 'my_tool:main'}",
      "dependencies = ['base<2']\noptional-dependencies = {more = ['extra-one; python_version > \"3\"']}",
    ].join("\n");
    const module = (word: string) => `__version__ = "1.1"\ndef main():\n    print("${word}", __file__)\n`;
    box.fs.mkdir("/tmp/my/src/my_tool/data", { recursive: true });
    box.fs.writeFile("/tmp/my/pyproject.toml", project);
    box.fs.writeFile("/tmp/my/src/my_tool/__init__.py", module("first"));
    box.fs.writeFile("/tmp/my/src/my_tool/data/a.txt", "text");
    expect(await installed("-e '/tmp/my[more]'")).toEqual(["base==1.5", "extra_one==1", "my-tool==1.1"]);
    box.fs.writeFile("/tmp/my/src/my_tool/__init__.py", module("second"));
    expect((await run("my-tool")).stdout).toBe("second /tmp/my/src/my_tool/__init__.py\n");
    expect(await installed("/tmp/my")).toEqual(["base==1.5", "extra_one==1", "my-tool==1.1"]);
    box.fs.writeFile("/tmp/my/src/my_tool/__init__.py", module("third"));
    const site = "/home/user/.local/lib/python3.11/site-packages/my_tool";
    expect((await run(`my-tool; cat ${site}/data/a.txt`)).stdout).toBe(`second ${site}/__init__.py\ntext`);
    await run("pip uninstall -qy my-tool");
    expect((await run("ls /usr/local/bin; ls -d ~/.local/lib/python3.11/site-packages/*my*")).stdout).toBe(
      "",
    );
    box.fs.writeFile("/tmp/my/pyproject.toml", project.replace("'setuptools'", "'Cython>=3'"));
    expect(await installed("-e /tmp/my")).toMatch(/^ERROR: \/tmp\/my: .* asks for Cython>=3, which compiles/);
    expect(await installed("git+https://example.org/x")).toMatch(/^ERROR: git\+https:\S+: building packages/);
  },
  PATIENCE_MS,
);

test(
  "pip works from a folder of wheels without the network",
  async () => {
    await run("pip download -q -d /tmp/wheels 'top[more]'");
    await using offline = await Sandbox.create({});
    offline.fs.mkdir("/tmp/wheels", { recursive: true });
    const names = box.fs.readdir("/tmp/wheels").sort();
    expect(names).toEqual([
      "base-1.5-py3-none-any.whl",
      "extra_one-1-py3-none-any.whl",
      "top-1.2-py3-none-any.whl",
    ]);
    for (const name of names)
      offline.fs.writeFile(`/tmp/wheels/${name}`, box.fs.readFile(`/tmp/wheels/${name}`));
    const from = "pip install --no-index --find-links /tmp/wheels";
    expect(await run(`${from} 'top[more]' && top-tool`, offline)).toMatchObject({ status: 3 });
    expect(await run("pip install base==2.0", offline)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^ERROR: fetch INDEX\/json\/base\/: .*request refused: .*--find-links/),
    });
  },
  PATIENCE_MS,
);

test(
  "pip shows, checks and takes out what it installed",
  async () => {
    await run("pip install -q 'top[more]'");
    expect((await run("pip show top")).stdout).toMatch(
      /^Name: top\nVersion: 1.2\nSummary: top for tests\n(.*\n)+Requires: Base\nRequired-by: \n$/,
    );
    expect((await run("pip show -f base")).stdout).toMatch(/Required-by: top\nFiles:\n(.*\n)* {2}base.py\n$/);
    expect((await run("pip list")).stdout).toMatch(/^Package +Version\n-+ -+\nbase +1.5\n/);
    expect((await run("pip list --format json")).stdout).toContain('{"name": "base", "version": "1.5"}');
    expect((await run("pip index versions base")).stdout).toBe(
      "base (2.0)\nAvailable versions: 2.0, 1.5, 1.0\n",
    );
    expect(await run("pip check")).toMatchObject({ status: 0, stdout: "No broken requirements found.\n" });
    expect(await run("pip install base")).toMatchObject({
      stdout: "Requirement already satisfied: base in /home/user/.local/lib/python3.11/site-packages (1.5)\n",
    });
    await run("pip install -qU base");
    expect(await run("pip check")).toMatchObject({
      status: 1,
      stdout: "top 1.2 has requirement Base>=1,<2, but you have Base 2.0.\n",
    });
    await run("pip uninstall -qy base");
    expect(await run("pip check")).toMatchObject({
      status: 1,
      stdout: "top 1.2 requires Base, which is not installed.\n",
    });
    await run("python3 -c 'import extra_one'; pip uninstall -qy top extra-one");
    expect((await run("find ~/.local /usr/local/bin -type f")).stdout).toBe("");
  },
  PATIENCE_MS,
);

test(
  "a virtual environment has packages of its own",
  async () => {
    const script =
      "python3 -m venv .venv && . .venv/bin/activate && pip install -q top && which top-tool && pip freeze | grep top; deactivate; pip freeze | grep top; rm -r .venv";
    expect(await run(script)).toMatchObject({
      stdout: "/workspace/.venv/bin/top-tool\ntop==1.2\n",
      stderr: "",
    });
  },
  PATIENCE_MS,
);

test(
  "installed packages keep their bytecode, and edits of them are seen",
  async () => {
    const script = `pip install -q base
at=$(python3 -c 'import base; print(base.__file__)'); ls $(dirname $at)/__pycache__
sed -i 's/2\\.0/9.9/' $at; python3 -c 'import base; print(base.version)'`;
    expect(await run(script)).toEqual({ status: 0, stdout: "base.cpython-311.pyc\n9.9\n", stderr: "" });
  },
  PATIENCE_MS,
);

test(
  "the preset for registries lets pip reach its index, and nothing else",
  async () => {
    const asked: string[] = [];
    const host: FetchHost = {
      name: "index",
      async fetch({ target }) {
        asked.push(target.href);
        const page = target.href.endsWith(".whl")
          ? base.bytes
          : Buffer.from(JSON.stringify({ files: [{ url: base.name, hashes: { sha256: sha256(base) } }] }));
        const type = target.href.endsWith(".whl") ? "application/zip" : "application/vnd.pypi.simple.v1+json";
        return {
          ...{ status: 200, statusText: "OK", version: "1.1", headers: [["content-type", type]] },
          body: (async function* () {
            yield page;
          })(),
        };
      },
    };
    await using registries = await Sandbox.create({ net: { policy: { preset: "registries" }, host } });
    const { status, stdout } = await registries.exec(
      "pip install -q base && pip freeze | grep base; pip install -q --index-url https://other.example/ more 2>&1",
    );
    expect({ status, stdout: Buffer.from(stdout).toString() }).toEqual({
      status: 1,
      stdout: expect.stringMatching(
        /^base==1.0\nERROR: fetch https:\/\/other.example\/more\/: .*request refused: .*other.example/,
      ),
    });
    expect(asked).toEqual(["https://pypi.org/simple/base/", `https://pypi.org/simple/base/${base.name}`]);
  },
  PATIENCE_MS,
);
