import type { NetRule } from "./policy.ts";

/** Ready-made policies. */
export type PresetName = "off" | "registries" | "docs" | "ask" | "open";

interface Preset {
  readonly allow: readonly NetRule[];
  readonly otherwise: "deny" | "ask";
}

const reading = (...hosts: string[]): NetRule[] => hosts.map((host) => ({ host }));

/** Package hosts, for reading. */
const REGISTRIES = reading(
  "registry.npmjs.org",
  "registry.yarnpkg.com",
  "pypi.org",
  "files.pythonhosted.org",
  "crates.io",
  "index.crates.io",
  "static.crates.io",
  "proxy.golang.org",
  "sum.golang.org",
  "rubygems.org",
  "index.rubygems.org",
  "repo.maven.apache.org",
  "deb.debian.org",
);

/** Where documentation of languages and libraries lives, for reading. */
const DOCS = reading(
  "developer.mozilla.org",
  "docs.python.org",
  "nodejs.org",
  "docs.rs",
  "doc.rust-lang.org",
  "pkg.go.dev",
  "go.dev",
  "www.typescriptlang.org",
  "react.dev",
  "*.readthedocs.io",
  "www.rfc-editor.org",
  "datatracker.ietf.org",
  "*.wikipedia.org",
);

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  off: { allow: [], otherwise: "deny" },
  registries: { allow: REGISTRIES, otherwise: "deny" },
  docs: { allow: DOCS, otherwise: "deny" },
  ask: { allow: [], otherwise: "ask" },
  open: { allow: [{ host: "*", scheme: "*", port: "*", methods: "*" }], otherwise: "deny" },
};
