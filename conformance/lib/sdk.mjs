// What the SDK does, as a table of programs: the same on Node and in a browser. `run` gets the package's exports; `registry` is
// where commands come from.

const text = (bytes) => new TextDecoder().decode(bytes);
const codeOf = async (action) => {
  try {
    await action();
    return "no error";
  } catch ({ name, code }) {
    return `${name} ${code}`;
  }
};
const FILES = { "src/a.txt": "one\ntwo\nthree\n", "b.txt": "b\n" };

/** What stays after a case's files were taken in. */
const TAKEN_IN = {
  ...{ "b.txt": "mine\n", "d.txt": "d\nmore\n", "e.txt": "E\n", "f.txt": "F\n", "z.txt": "z\n" },
};

/** name → a program, and what it gives. */
export const SDK_CASES = {
  "exec() gives status and output": {
    run: async (box) => {
      const { status, stdout, stderr } = await box.exec("echo $1; echo bad >&2; exit 3", { args: ["hi"] });
      return [status, text(stdout), text(stderr)];
    },
    want: [3, "hi\n", "bad\n"],
  },
  "exec() can be iterated over while it runs": {
    run: async (box) => {
      const seen = [];
      const run = box.exec("echo one; sleep 0.3; echo two >&2");
      const from = performance.now();
      for await (const { stream, bytes } of run) seen.push([stream, text(bytes), performance.now() - from]);
      const apart = seen[1][2] - seen[0][2] > 150;
      return [seen.map(([stream, part]) => `${stream} ${part}`), apart, (await run).status];
    },
    want: [["stdout one\n", "stderr two\n"], true, 0],
  },
  "leaving the loop over exec() kills the script": {
    run: async (box) => {
      const run = box.exec("echo first; while :; do :; done");
      for await (const { bytes } of run) if (text(bytes) === "first\n") break;
      return (await run).status > 128;
    },
    want: true,
  },
  "python() echoes its last expression": {
    run: async (box) => {
      const { status, value } = await box.python("import math\nmath.factorial(20)");
      return [status, value];
    },
    want: [0, "2432902008176640000"],
  },
  "fs reads, writes, lists, renames and removes": {
    run: async ({ fs }) => {
      fs.mkdir("x/y/z", { recursive: true });
      fs.mkdir("x/y/z", { recursive: true });
      fs.writeFile("x/f", "héllo");
      fs.rename("x/f", "x/y/g");
      fs.symlink("g", "x/y/link");
      const facts = [fs.readFile("x/y/link", "utf8"), fs.stat("x/y/link").size, fs.lstat("x/y/link").type];
      const names = fs.readdir("x/y");
      fs.rm("x", { recursive: true });
      fs.rm("x", { force: true });
      return [facts, names, fs.exists("x"), await codeOf(() => fs.rm("x"))];
    },
    want: [["héllo", 6, "symlink"], ["g", "link", "z"], false, "SandboxError file"],
  },
  "a sandbox over files has changes, hunks and a diff": {
    options: { files: FILES },
    run: async (box) => {
      await box.exec("sed -i s/two/2/ src/a.txt; rm b.txt; echo c > c.txt");
      const kinds = box.changes().changes.map(({ path, kind }) => `${kind} ${path}`);
      const [reviewed] = box.review(["src/a.txt"]);
      return [kinds, reviewed.hunks.length, text(box.diff(["b.txt"])).includes("-b\n")];
    },
    want: [["deleted b.txt", "created c.txt", "modified src/a.txt"], 1, true],
  },
  "commit() changes the files that it lies over, undo() takes that back": {
    options: { files: FILES },
    run: async (box, { projectFiles }) => {
      const paths = () => projectFiles(box).map(({ path }) => path);
      await box.exec("echo c > c.txt; rm b.txt");
      await box.commit({ paths: ["c.txt"] });
      const after = paths();
      await box.undo();
      return [after, paths(), box.changes().changes.length];
    },
    want: [["b.txt", "c.txt", "src", "src/a.txt"], ["b.txt", "src", "src/a.txt"], 2],
  },
  "redo() does a commit again that undo() took back, the box seeing what it saw": {
    options: { files: FILES },
    run: async (box, { projectFiles }) => {
      const texts = () => projectFiles(box).flatMap(({ bytes }) => (bytes?.length ? [text(bytes)] : []));
      const one = (await box.exec("echo 1 > b.txt")) && (await box.commit());
      const two = (await box.exec("echo 2 > b.txt; mv src/a.txt c.txt")) && (await box.commit());
      const undone = [await box.undo(), await box.undo()].map(({ id }) => id);
      const redone = [await box.redo(), texts()[0], await box.redo(), texts()[0]];
      const same = undone.join() === [two.id, one.id].join() && redone[2].id === two.id;
      const { stdout } = await box.exec("cat b.txt; ls");
      return [
        same,
        redone[1],
        redone[3],
        text(stdout),
        box.changes().changes,
        await codeOf(() => box.redo()),
      ];
    },
    want: [true, "1\n", "2\n", "2\nb.txt\nc.txt\nsrc\n", [], "WorkspaceError nothing"],
  },
  "refresh() takes in what changed where the files came from; undo() keeps off it": {
    options: { files: { ...FILES, "d.txt": "d\n", "e.txt": "e\n", "f.txt": "f\n" } },
    run: async (box, { projectFiles }) => {
      const texts = () =>
        Object.fromEntries(
          projectFiles(box).flatMap(({ path, bytes }) => (bytes?.length ? [[path, text(bytes)]] : [])),
        );
      const bytes = (content) => new TextEncoder().encode(content);
      await box.exec("echo F > f.txt");
      await box.commit();
      await box.exec("sed -i s/one/1/ src/a.txt; echo box > b.txt; mv d.txt g.txt; rm e.txt; echo N > n.txt");
      const outside = { "src/a.txt": "one\ntwo\nTHREE\n", "b.txt": "mine\n", "d.txt": "d\nmore\n" };
      Object.assign(outside, { "e.txt": "E\n", "n.txt": "theirs\n", "z.txt": "z\n" });
      const { conflicts } = await box.refresh({
        outside: Object.entries(outside).map(([path, content]) => ({ path, bytes: bytes(content) })),
        conflicts: { "e.txt": "ours", "n.txt": "theirs" },
      });
      const told = conflicts.map(({ path, reason, resolution, marks = 0 }) =>
        [path, reason, resolution, marks].join(" "),
      );
      const { stdout } = await box.exec("cat src/a.txt b.txt g.txt e.txt n.txt z.txt; ls");
      const changes = box.changes().changes.map(({ path, kind }) => `${kind} ${path}`);
      await box.commit({ paths: ["src/a.txt", "n.txt"] });
      const committed = texts();
      await box.undo();
      const undone = texts();
      await box.refresh({ outside: [{ path: "f.txt", bytes: bytes("mine\n") }, { path: "b.txt" }] });
      const refused = await codeOf(() => box.undo());
      return [told, text(stdout), changes, committed, undone, refused, texts()["f.txt"]];
    },
    want: [
      [
        ...["src/a.txt changed merge 0", "b.txt changed merge 1", "g.txt changed merge 0"],
        ...["e.txt changed ours 0", "n.txt created theirs 0"],
      ],
      "1\ntwo\nTHREE\n<<<<<<< project\nmine\n=======\nbox\n>>>>>>> box\nd\nmore\nE\nN\nz\n" +
        "b.txt\ne.txt\nf.txt\ng.txt\nn.txt\nsrc\nz.txt\n",
      ["modified b.txt", "renamed g.txt", "modified n.txt", "modified src/a.txt"],
      { ...TAKEN_IN, "n.txt": "N\n", "src/a.txt": "1\ntwo\nTHREE\n" },
      { ...TAKEN_IN, "n.txt": "theirs\n", "src/a.txt": "one\ntwo\nTHREE\n" },
      "WorkspaceError nothing",
      "mine\n",
    ],
  },
  "a file that was moved and of which the old name was committed can be moved back": {
    options: { files: FILES },
    run: async (box, { projectFiles }) => {
      const texts = () => projectFiles(box).flatMap(({ bytes }) => (bytes?.length ? [text(bytes)] : []));
      await box.exec("mv b.txt src/a.txt");
      await box.commit({ paths: ["b.txt"] });
      await box.exec("mv src/a.txt b.txt");
      const kinds = box.changes().changes.map(({ path, kind }) => `${kind} ${path}`);
      await box.commit();
      const after = texts();
      await box.exec("mv b.txt c.txt");
      await box.undo();
      return [kinds, after, text((await box.exec("cat c.txt; ls")).stdout)];
    },
    want: [["created b.txt", "deleted src/a.txt"], ["b\n"], "b\nc.txt\nsrc\n"],
  },
  "review() and blame() name the call of each line; what one call did can be committed by itself": {
    options: { files: FILES },
    run: async (box) => {
      await box.exec("sed -i s/one/1/ src/a.txt");
      await box.exec("sed -i s/three/3/ src/a.txt");
      const [{ hunks }] = box.review();
      const calls = hunks[0].lines.map(({ kind, call }) => `${kind} ${call ?? "-"}`);
      const blamed = box.blame("src/a.txt").map(({ snapshot }) => snapshot?.script ?? "-");
      await box.commit({ paths: [{ path: ".", calls: [2] }] });
      return [calls, blamed, text(box.diff()).match(/^[-+][^-+].*/gm)];
    },
    want: [
      ["removed 1", "added 1", "context -", "removed 2", "added 2"],
      ["sed -i s/one/1/ src/a.txt", "-", "sed -i s/three/3/ src/a.txt"],
      ["-one", "+1"],
    ],
  },
  "edit() and importPatch() change the box and leave a snapshot; a patch holds binary files": {
    options: { files: { ...FILES, bin: Uint8Array.of(0, 1, 2, 255) } },
    run: async (box) => {
      await box.exec("printf 'a\\0b' > bin; echo x > b.txt");
      const patch = box.diff([], { binary: true });
      await box.discard();
      const { paths } = await box.importPatch(patch);
      await box.edit("b.txt", "mine\n");
      const { conflicts } = await box.refresh();
      const made = box.snapshots().map(({ operation }) => operation);
      return [paths, [...box.fs.readFile("bin")], box.fs.readFile("b.txt", "utf8"), made, conflicts];
    },
    want: [["b.txt", "bin"], [97, 0, 98], "mine\n", ["exec", "discard", "import", "edit"], []],
  },
  "commit() writes what could run code later only with a yes of its own": {
    options: { files: FILES },
    run: async (box) => {
      await box.exec("mkdir .vscode; echo '{}' > .vscode/tasks.json; echo c > c.txt");
      const refused = await codeOf(() => box.commit());
      const { changes } = await box.commit({ allowRisky: [".vscode/tasks.json"] });
      return [refused, changes.changes.length, box.changes().changes];
    },
    want: ["WorkspaceError risky", 2, []],
  },
  "sandboxes over one base do not see each other, and cannot commit to it": {
    options: ({ baseOf }) => ({ base: baseOf(FILES) }),
    run: async (box, { Sandbox, again }) => {
      const other = await Sandbox.create(again);
      try {
        await box.exec("echo changed > b.txt");
        const seen = text((await other.exec("cat b.txt")).stdout);
        return [seen, other.changes().changes.length, await codeOf(() => box.commit())];
      } finally {
        await other.close();
      }
    },
    want: ["b\n", 0, "SandboxError invalid"],
  },
  "fork() starts with a copy of the files, and each goes on alone": {
    options: { files: FILES },
    run: async (box, { projectFiles }) => {
      await box.exec(
        "echo mine > b.txt; rm src/a.txt; mkdir -p /tmp/d; head -c 3000000 /dev/zero > /tmp/d/big; chmod 700 /tmp/d",
      );
      const fork = await box.fork();
      try {
        const { stdout } = await fork.exec(
          "cat b.txt; ls src; wc -c < /tmp/d/big; stat -c %a /tmp/d; echo forked > b.txt",
        );
        await fork.commit();
        const mine = box.fs.readFile("b.txt", "utf8");
        const changes = box.changes().changes.map(({ path, kind }) => `${kind} ${path}`);
        const both = [box, fork].map((one) => projectFiles(one).length);
        return [text(stdout), mine, changes, fork.changes().changes.length, both];
      } finally {
        await fork.close();
      }
    },
    want: ["mine\n3000000\n700\n", "mine\n", ["modified b.txt", "deleted src/a.txt"], 0, [3, 2]],
  },
  "a fork of a fork of an empty sandbox": {
    run: async (box) => {
      box.fs.writeFile("a", "1");
      const one = await box.fork();
      one.fs.writeFile("b", "2");
      const two = await one.fork();
      await box.close();
      await one.close();
      const { stdout } = await two.exec("cat a b");
      await two.close();
      return text(stdout);
    },
    want: "12",
  },
  "bundles says which commands there are": {
    options: { bundles: ["core-utils"] },
    run: async (box) => {
      const { stdout } = await box.exec("command -v ls; command -v sed; [ -d /usr/lib/python3.11 ]; echo $?");
      return [text(stdout), box.commands().has("python3"), await codeOf(() => box.python("1"))];
    },
    want: ["/usr/bin/ls\n1\n", false, "SandboxError invalid"],
  },
  "net opens what its policy allows, and tells of what it denied": {
    options: { net: { policy: { preset: "off" } } },
    run: async (box) => {
      const { status } = await box.exec("curl -s http://example.org/");
      return [status !== 0, box.netLog().map(({ type, verdict }) => `${type} ${verdict}`)];
    },
    want: [true, ["net-request deny"]],
  },
  "limits hold": {
    options: { limits: { diskBytes: 1 << 20 } },
    run: async (box) => (await box.exec("head -c 3000000 /dev/zero > big")).status,
    want: 1,
  },
  "a closed sandbox says so": {
    run: async (box) => {
      await box[Symbol.asyncDispose]();
      return [await codeOf(() => box.exec("true")), await codeOf(() => box.fork())];
    },
    want: ["SandboxError closed", "SandboxError closed"],
  },
  "wrong options are named": {
    run: async (_, { Sandbox, baseOf, registry }) => [
      await codeOf(() => Sandbox.create({ registry, files: FILES, base: baseOf(FILES) })),
      await codeOf(() => Sandbox.create({ registry, files: { "../up": "" } })),
      await codeOf(() => Sandbox.create({ registry, bundles: ["nope"] })),
    ],
    want: ["SandboxError invalid", "SandboxError invalid", "SandboxError invalid"],
  },
};

/** Plays one of the table with the package's exports; what it gave. */
export async function runSdkCase(sdk, name, registry) {
  const { options = {}, run } = SDK_CASES[name];
  const again = { registry, ...(typeof options === "function" ? options(sdk) : options) };
  const box = await sdk.Sandbox.create(again);
  try {
    return await run(box, { ...sdk, again, registry });
  } finally {
    await box.close();
  }
}
