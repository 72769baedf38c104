import { describe, expect, it, test } from "vitest";
import type { SandboxError } from "../errors.ts";
import { type NetSecret, Secrets, standIns } from "./secrets.ts";
import { parseTarget } from "./url.ts";

const VALUE = `a"b/c&d'e+f<g`;
const STAND_IN = standIns(["KEY"]).KEY as string;
const secretsOf = (inject: NetSecret["inject"], hosts = ["api.example.org"]) =>
  new Secrets({ KEY: { hosts, inject, value: VALUE } });

const sent = (secrets: Secrets, url: string, name = "X-Key", value = STAND_IN, decode = false) => {
  const { target, headers } = secrets.fill(
    parseTarget(url),
    [
      [name, value],
      ["Accept-Encoding", "gzip"],
    ],
    { loopback: false, decode },
  );
  return { href: target.href, headers: Object.fromEntries(headers) };
};

describe("Secrets.fill()", () => {
  const url = `https://api.example.org/${STAND_IN}?k=${STAND_IN}`;

  test.each<[inject: NetSecret["inject"], name: string, text: string, filled: string]>([
    ["header", "X-Key", STAND_IN, VALUE],
    ["header", "Authorization", `Bearer ${STAND_IN}`, `Bearer ${VALUE}`],
    ["bearer", "Authorization", `Bearer ${STAND_IN}`, `Bearer ${VALUE}`],
    ["bearer", "X-Key", `Bearer ${STAND_IN}`, `Bearer ${STAND_IN}`],
    ["bearer", "Authorization", `Basic ${STAND_IN}`, `Basic ${STAND_IN}`],
    ["query", "X-Key", STAND_IN, STAND_IN],
  ])("by %s in %s: %s", (inject, name, text, filled) => {
    const { href, headers } = sent(secretsOf(inject), url, name, text);
    expect(headers[name]).toBe(filled);
    const query = inject === "query" ? encodeURIComponent(VALUE) : STAND_IN;
    expect(href).toBe(`https://api.example.org/${STAND_IN}?k=${query}`);
  });

  test.each([
    ["another host", "https://api.example.com/"],
    ["a name below", "https://a.api.example.org/"],
    ["the name as a beginning", "https://api.example.org.evil.example/"],
    ["no TLS", "http://api.example.org/"],
  ])("leaves the stand-in: %s", (_, other) => {
    for (const inject of ["header", "query", "bearer"] as const) {
      const { href, headers } = sent(secretsOf(inject), `${other}?k=${STAND_IN}`);
      expect(JSON.stringify({ href, headers })).not.toContain("b/c");
      expect(headers["X-Key"]).toBe(STAND_IN);
    }
  });

  it("goes without TLS to this machine only, where that is open", () => {
    const hosts = ["127.0.0.1", "localhost", "api.example.org"];
    const secrets = secretsOf("header", hosts);
    for (const [url, loopback, value] of [
      ["http://127.0.0.1/", true, VALUE],
      ["http://localhost/", true, VALUE],
      ["http://127.0.0.1/", false, STAND_IN],
      ["http://api.example.org/", true, STAND_IN],
    ] as const) {
      const { headers } = secrets.fill(parseTarget(url), [["X", STAND_IN]], { loopback, decode: false });
      expect(headers).toContainEqual(["X", value]);
    }
  });

  it("fills below a star, and not the name itself", () => {
    const secrets = secretsOf("header", ["*.example.org"]);
    expect(sent(secrets, "https://a.example.org/").headers["X-Key"]).toBe(VALUE);
    expect(sent(secrets, "https://example.org/").headers["X-Key"]).toBe(STAND_IN);
  });

  it("asks its hosts for plain bodies, in which values can be blotted out", () => {
    const secrets = secretsOf("header");
    expect(sent(secrets, url).headers["Accept-Encoding"]).toBe("identity");
    expect(sent(secrets, url, "X", "", true).headers["Accept-Encoding"]).toBe("gzip");
    expect(sent(secrets, "https://else.example/").headers["Accept-Encoding"]).toBe("gzip");
  });
});

describe("Secrets.mask()", () => {
  test.each([
    ["as it is", VALUE],
    ["in JSON", JSON.stringify(VALUE).slice(1, -1)],
    ["in JSON with slashes escaped", JSON.stringify(VALUE).slice(1, -1).replaceAll("/", "\\/")],
    ["in a URL", encodeURIComponent(VALUE)],
    ["in a URL, in small letters", encodeURIComponent(VALUE).replace(/%../g, (hex) => hex.toLowerCase())],
    ["in a form", new URLSearchParams({ q: VALUE }).toString().slice(2)],
    ["in HTML", "a&quot;b/c&amp;d&#39;e+f&lt;g"],
  ])("blots a value out %s", (_, text) => {
    expect(secretsOf("header").mask(`<${text}>`)).toBe(`<${"*".repeat(text.length)}>`);
  });
});

describe("Secrets.maskBody()", () => {
  const secrets = new Secrets({
    SHORT: { hosts: ["*"], inject: "header", value: "abcdefgh" },
    LONG: { hosts: ["*"], inject: "header", value: "abcdefghijkl" },
    INNER: { hosts: ["*"], inject: "header", value: "ghabcdef" },
  });
  const masked = async (...chunks: string[]) => {
    const body = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    })();
    const out: string[] = [];
    for await (const bytes of secrets.maskBody(body)) out.push(Buffer.from(bytes).toString());
    return out;
  };

  test.each(["<abcdefghijkl>", "<abcdefgh>", "<abcdefghabcdef>", "<ghabcdefghijkl>", "abcdefghabcdefghijkl"])(
    "blots out %s wherever its chunks are cut",
    async (text) => {
      const whole = (await masked(text)).join("");
      expect(whole).toMatch(/^[<*>]+$/);
      for (let at = 0; at <= text.length; at++)
        for (let to = at; to <= text.length; to++) {
          const parts = (await masked(text.slice(0, at), text.slice(at, to), text.slice(to))).join("");
          expect(parts).toMatch(/^[<*>]+$/);
          expect(parts).toHaveLength(text.length);
        }
    },
  );

  it("leaves all other bytes as they are, and its input too", async () => {
    const all = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256);
    const secret = Buffer.from("abcdefgh");
    const body = (async function* () {
      yield* [all.subarray(0, 333), all.subarray(333), secret, all];
    })();
    const out: number[] = [];
    for await (const bytes of secrets.maskBody(body)) out.push(...bytes);
    expect(out).toEqual([...all, ...Buffer.from("********"), ...all]);
    expect(secret.toString()).toBe("abcdefgh");
  });

  it("holds back nothing that can be no value", async () => {
    expect(await masked("data: 1\n\n", "data: ab", "x\n\n")).toEqual(["data: 1\n\n", "data: ", "abx\n\n"]);
  });
});

test.each<[what: string, secret: Partial<NetSecret>, message: string]>([
  ["a short value", { value: "short" }, "8 or more visible ASCII characters"],
  ["a line break", { value: "a\r\nb: 12345678" }, "8 or more visible ASCII characters"],
  ["no such place", { inject: "body" as never }, 'expected inject header, bearer, query, got "body"'],
  ["no host", { hosts: [] }, "expected hosts that it may go to, got none"],
  ["a URL", { hosts: ["https://a.example/"] }, "expected a host"],
])("a secret with %s is refused", (_, wrong, message) => {
  const secret = { hosts: ["a.example"], inject: "header", value: "12345678", ...wrong } as const;
  try {
    new Secrets({ KEY: secret });
    expect.unreachable();
  } catch (error) {
    expect((error as SandboxError).code).toBe("invalid");
    expect((error as Error).message).toContain(message);
  }
});
