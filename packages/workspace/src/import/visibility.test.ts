import { describe, expect, it } from "vitest";
import { importFilter } from "./visibility.ts";

const SECRET = [
  ...[".env", ".env.local", "app/.env.production", "server.pem", "tls/host.key", "id_rsa", ".ssh", ".npmrc"],
  ...["credentials.json", "service-account-prod.json", "infra/prod.tfvars", ".aws", "secrets.yaml", ".netrc"],
];
const PLAIN = [
  ...[".env.example", ".env.sample", "environment.ts", "id_rsa.pub", "keys.ts", "src/secrets.ts", "monkey"],
  ...["package.json", "credentials.md", ".gitignore", "key", "docs/pem.md"],
];

describe("importFilter()", () => {
  it.each(SECRET)("hides %s, which looks like a secret", (path) => {
    expect(importFilter({})(path, false)).toBe("secret");
  });

  it.each(PLAIN)("shows %s", (path) => {
    expect(importFilter({})(path, false)).toBeUndefined();
  });

  it("hides what .shadowboxignore and exclude name, in gitignore's syntax", () => {
    const filter = importFilter({ ignoreFile: "# big\ndata/\n*.log\n!keep.log\n", exclude: ["/build"] });
    expect(filter("data", true)).toBe("ignored");
    expect(filter("data", false)).toBeUndefined();
    expect(filter("a/b.log", false)).toBe("ignored");
    expect(filter("a/keep.log", false)).toBeUndefined();
    expect(filter("build", true)).toBe("ignored");
    expect(filter("src/build", true)).toBeUndefined();
  });

  it("shows what include names, whatever hides it", () => {
    const filter = importFilter({ exclude: ["*.log"], include: [".env", "b.log"] });
    expect(filter(".env", false)).toBeUndefined();
    expect(filter(".env.local", false)).toBe("secret");
    expect(filter("b.log", false)).toBeUndefined();
    expect(filter("a.log", false)).toBe("ignored");
  });
});
