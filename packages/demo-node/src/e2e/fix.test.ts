import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

const FILES = {
  "semver.sh": `# Compares two versions: prints -1, 0 or 1.
compare() {
  local -a a b
  IFS=. read -ra a <<< "$1"
  IFS=. read -ra b <<< "$2"
  local i
  for i in 0 1 2; do
    if [[ \${a[i]} < \${b[i]} ]]; then echo -1; return; fi
    if [[ \${a[i]} > \${b[i]} ]]; then echo 1; return; fi
  done
  echo 0
}
`,
  "test.sh": `. ./semver.sh
failed=0
check() { local got; got=$(compare "$1" "$2"); [ "$got" = "$3" ] || { echo "FAIL compare $1 $2: expected $3, got $got"; failed=1; }; }
check 1.2.3 1.2.3 0
check 1.2.3 1.3.0 -1
check 1.10.0 1.9.0 1
[ $failed = 0 ] && echo "all passed"
exit $failed
`,
  "README.md": "# semver.sh\n",
};

const FIX = [
  { old: "if [[ ${a[i]} < ${b[i]} ]]", new: "if ((10#${a[i]} < 10#${b[i]}))" },
  { old: "if [[ ${a[i]} > ${b[i]} ]]", new: "if ((10#${a[i]} > 10#${b[i]}))" },
];

const SCRIPT = {
  steps: [
    { text: "I run the tests first.", calls: [{ name: "Bash", input: { command: "bash test.sh" } }] },
    { calls: [{ name: "Read", input: { path: "semver.sh" } }] },
    {
      text: "It compares numbers as text.",
      calls: [{ name: "Edit", input: { path: "semver.sh", edits: FIX } }],
    },
    { calls: [{ name: "Bash", input: { command: "bash test.sh | tee notes.txt" } }] },
    { text: "Fixed: versions are compared as numbers. The tests pass." },
  ],
};

it("an agent fixes a bug, its person looks at the change and commits a part of it", async () => {
  const bench = new CliBench(FILES);
  const before = bench.digest();
  writeFileSync(join(bench.folder, "model.json"), JSON.stringify(SCRIPT));
  const person = bench.person(["--model", `scripted:${join(bench.folder, "model.json")}`]);
  await person.sees(/a recorded script, not a\s+model/);
  await person.sees("you > ");
  person.enters("1.10.0 sorts before 1.9.0, please fix it");
  await person.sees("FAIL compare 1.10.0 1.9.0: expected 1, got -1");
  await person.sees("all passed");
  await person.sees("The tests pass.");
  await person.sees("you > ");
  expect(bench.digest()).toBe(before);

  person.enters("/review");
  await person.sees("2 files, 0 taken");
  person.types("j");
  await person.sees(">[ ] M semver.sh");
  person.types(" c");
  await person.sees("write 1 file changed, +2 -2 to the project? [y/n]");
  expect(bench.digest()).toBe(before);
  person.types("y");
  await person.sees("committed 000001: 1 file");
  person.types("q");
  await person.sees("committed 1 file");
  await person.sees("you > ");
  person.enters("/quit");
  await person.sees("go on with --resume");
  expect(await person.ended).toBe(0);

  const expected = FIX.reduce((text, { old, new: fresh }) => text.replace(old, fresh), FILES["semver.sh"]);
  expect(bench.read("semver.sh")).toBe(expected);
  expect(execFileSync("bash", ["test.sh"], { cwd: bench.project }).toString()).toBe("all passed\n");
  expect((await bench.run(["status"])).stdout).toContain("A notes.txt");
  await bench.run(["undo"]);
  expect(bench.digest()).toBe(before);
  bench.remove();
}, 120_000);
