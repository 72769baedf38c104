// Writes docs/api.md from the sources: what the packages that people import export, with its comments. `pnpm docs:api`;
// `--check` only says whether the file is up to date.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript-api";

const top = fileURLToPath(new URL("..", import.meta.url));
const OUT = `${top}docs/api.md`;
/** Import path → entries; a name that only one of them has is marked with its label. */
const PACKAGES = {
  "@shadowbox/sandbox": { Node: "sandbox/src/node/index.ts", browsers: "sandbox/src/browser/index.ts" },
  "@shadowbox/agent": { "": "agent/src/index.ts" },
  "@shadowbox/agent/models": { "": "agent/src/model/index.ts" },
  "@shadowbox/agent/mcp": { "": "agent/src/mcp/index.ts" },
  "@shadowbox/agent/node": { Node: "agent/src/node/index.ts" },
  "@shadowbox/agent/node/mcp": { Node: "agent/src/node/mcp.ts" },
};
const INTRO = `# API

What programs import, from the sources (\`pnpm docs:api\` writes this page). The import paths are the same on Node and in browsers: export conditions choose.
How things are meant is in the pages of the rooms: [SDK](sdk.md), [agent](agent.md), [network](network.md), [state](state.md), [limits](limits.md), [browser](browser.md).
`;

const path = (entry) => `${top}packages/${entry}`;
const program = ts.createProgram(
  Object.values(PACKAGES).flatMap((entries) => Object.values(entries).map(path)),
  {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
);
const checker = program.getTypeChecker();

/** The exported names of an entry with what declares them. */
function exportsOf(entry) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(path(entry)));
  return checker.getExportsOfModule(module).map((symbol) => {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    return { name: symbol.name, declarations: target.declarations ?? [] };
  });
}

/** One declaration as it would stand in a declaration file, comments included. */
function printed(node) {
  const source = node.getSourceFile();
  const text = source.text;
  const comment = (at) => {
    const docs = ts.getJSDocCommentsAndTags(at).filter(ts.isJSDoc);
    return docs.length === 0
      ? ""
      : `${docs
          .at(-1)
          .getText(source)
          .replace(/^[ \t]+\*/gm, " *")}\n`;
  };
  if (ts.isVariableDeclaration(node)) {
    const name = `export const ${node.name.getText(source)}`;
    return `${comment(node.parent.parent)}${name}: ${checker.typeToString(checker.getTypeAtLocation(node))};`;
  }
  if (ts.isFunctionDeclaration(node))
    return `${comment(node)}${text
      .slice(node.getStart(source), node.body.getStart(source))
      .replace(/^export async /, "export ")
      .replace("function*", "function")
      .trim()};`;
  if (ts.isClassDeclaration(node)) {
    const head = text.slice(node.getStart(source), node.members[0].getFullStart()).trim();
    const members = node.members
      .filter((member) => isPublic(member))
      .map((member) => memberOf(member, source));
    return `${comment(node)}${head}\n${members.join("\n")}\n}`;
  }
  return `${comment(node)}${node.getText(source)}`;
}

function isPublic(member) {
  const hidden = ts.SyntaxKind.PrivateKeyword;
  const name = member.name;
  return !(name && ts.isPrivateIdentifier(name)) && !member.modifiers?.some(({ kind }) => kind === hidden);
}

function memberOf(member, source) {
  const doc = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc).at(-1)?.getText(source);
  const end = member.body ?? member.initializer;
  const from = member.getStart(source);
  const text = source.text
    .slice(from, end === undefined ? member.end : end.getStart(source))
    .replace(/^async /, "");
  return `${doc ? `  ${doc}\n` : ""}  ${text
    .trim()
    .replace(/[;=]*$/, "")
    .trim()};`;
}

function section(name, entries) {
  const seen = new Map();
  for (const [label, entry] of Object.entries(entries))
    for (const { name: exported, declarations } of exportsOf(entry)) {
      const known = seen.get(exported) ?? { labels: [], declarations: new Map() };
      known.labels.push(label);
      for (const node of declarations)
        if (!known.declarations.has(keyOf(node))) known.declarations.set(keyOf(node), node);
      seen.set(exported, known);
    }
  const every = Object.keys(entries).length;
  const parts = [...seen].map(([exported, { labels, declarations }]) => ({
    order: orderOf([...declarations.values()]),
    text: blockOf(exported, labels.length < every || every === 1 ? labels[0] : "", [
      ...declarations.values(),
    ]),
  }));
  parts.sort((a, b) => (a.order < b.order ? -1 : 1));
  return `\n## \`${name}\`\n${parts.map(({ text }) => text).join("")}`;
}

/** What both entries declare in the same words is said once. */
function keyOf(node) {
  return printed(node).replace(/\/\*\*.*?\*\//gs, "");
}

/** Constants, functions, classes, then types; within these in the order of their files. */
function orderOf(nodes) {
  const kinds = [ts.isVariableDeclaration, ts.isFunctionDeclaration, ts.isClassDeclaration, () => true];
  const places = nodes.map((node) => {
    const { fileName } = node.getSourceFile();
    return `${kinds.findIndex((is) => is(node))} ${fileName} ${String(node.pos).padStart(8, "0")}`;
  });
  return places.sort()[0];
}

function blockOf(name, label, declarations) {
  // A name that is both a value and a type: the alias says nothing that the type's own entry does not.
  const told = declarations.filter((node, _, all) => all.length === 1 || !ts.isTypeAliasDeclaration(node));
  const full = declarations.flatMap((node) => (told.includes(node) ? [node] : aliased(node)));
  const code = [...new Set([...told, ...full])].map((node) => printed(node)).join("\n\n");
  return `\n### ${name}${label ? ` (${label})` : ""}\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
}

/** What a type alias stands for, where that is declared elsewhere. */
function aliased(node) {
  const type = checker.getTypeAtLocation(node.name);
  return (type.symbol?.declarations ?? []).slice(0, 1);
}

/** As `pnpm format` leaves it. */
function formatted(text) {
  const args = ["format", "--stdin-file-path=docs/api.md"];
  return execFileSync(`${top}node_modules/.bin/biome`, args, { cwd: top, input: text, encoding: "utf8" });
}

const written = `${INTRO}${Object.entries(PACKAGES)
  .map(([name, entries]) => section(name, entries))
  .join("")}`;
const page = formatted(written);
if (process.argv.includes("--check")) {
  if (readFileSync(OUT, "utf8") === page) process.exit(0);
  console.error("docs/api.md: not what the sources say; run `pnpm docs:api`");
  process.exit(1);
}
writeFileSync(OUT, page);
