import ignore, { type Ignore } from "ignore";

/** What of a project a box may see; patterns in gitignore's syntax, relative to the project's root. */
export interface ImportRules {
  /** Hidden. */
  exclude?: readonly string[];
  /** Shown although it is excluded or looks like a secret. */
  include?: readonly string[];
  /** The text of the project's `.shadowboxignore`. */
  ignoreFile?: string;
}

/** Why something is hidden. */
export type HiddenWhy = "secret" | "ignored";

/** Names that hold secrets more often than not; the list is in docs/state.md. Matched from the start of a path or after any `/`. */
const SECRETS: readonly RegExp[] = [
  /(^|\/)\.env(rc)?(\.(?!(example|sample|template|dist|defaults)$)[^/]*)?$/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|pkcs8)$/,
  /(^|\/)id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /(^|\/)(\.ssh|\.gnupg|\.aws|\.azure|\.kube)$/,
  /(^|\/)\.?(netrc|pgpass|my\.cnf|git-credentials|npmrc|pypirc|dockercfg|htpasswd|vault-token|terraformrc)$/,
  /(^|\/)_netrc$/,
  /(^|\/)\.docker\/config\.json$/,
  /(^|\/)\.(cargo|gem)\/credentials(\.toml)?$/,
  /(^|\/)(client[_-]secrets?|credentials|secrets?|service[_-]?account[^/]*)\.(json|ya?ml|toml|ini)$/i,
  /\.(tfstate|tfvars)(\.backup)?$/,
];

/** Decides about one path; `directory` tells its kind. Undefined: the box sees it. */
export type ImportFilter = (path: string, directory: boolean) => HiddenWhy | undefined;

/** The filter that follows the rules. A directory that is hidden hides all in it. */
export function importFilter({ exclude = [], include = [], ignoreFile = "" }: ImportRules): ImportFilter {
  const hidden = matcher([...ignoreFile.split(/\r?\n/), ...exclude]);
  const shown = matcher(include);
  return (path, directory) => {
    const why = SECRETS.some((secret) => secret.test(path))
      ? "secret"
      : matches(hidden, path, directory)
        ? "ignored"
        : undefined;
    return why !== undefined && !matches(shown, path, directory) ? why : undefined;
  };
}

function matcher(patterns: readonly string[]): Ignore | undefined {
  const used = patterns.filter((pattern) => pattern.trim() !== "" && !pattern.startsWith("#"));
  return used.length === 0 ? undefined : ignore({ allowRelativePaths: true }).add(used);
}

function matches(matcher: Ignore | undefined, path: string, directory: boolean): boolean {
  return matcher?.ignores(directory ? `${path}/` : path) ?? false;
}
