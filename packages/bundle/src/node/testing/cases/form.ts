import { documentIn, retype, sealText } from "../fixture.ts";
import { type Case, DOCUMENTS } from "./case.ts";

const FORMAT = /"format":\d/;

/** A document's text spelled otherwise, with a valid signature over that spelling. */
const SPELLINGS: Record<string, (text: string) => string | Uint8Array> = {
  "a blank": (text) => text.replace(":", ": "),
  "a line end": (text) => `${text}\n`,
  "a byte order mark": (text) => `\ufeff${text}`,
  "a name twice": (text) => text.replace(FORMAT, '"format":1,"format":1'),
  "a name twice, with two values": (text) => text.replace(FORMAT, '"format":2,"format":1'),
  "names in another order": (text) => text.replace(/^\{(.*),("type":"[a-z]+")(.*)$/, "{$2,$1$3"),
  "a number with a fraction of zero": (text) => text.replace(FORMAT, '"format":1.0'),
  "a number with an exponent": (text) => text.replace(FORMAT, '"format":1e0'),
  "a number with a leading zero": (text) => text.replace(FORMAT, '"format":01'),
  "a plus sign": (text) => text.replace(FORMAT, '"format":+1'),
  "an over-long number": (text) => text.replace(FORMAT, `"format":1.${"0".repeat(1000)}1`),
  "a number over all bounds": (text) => text.replace(FORMAT, '"format":1e999'),
  "minus zero": (text) => text.replace(FORMAT, '"format":-0'),
  NaN: (text) => text.replace(FORMAT, '"format":NaN'),
  Infinity: (text) => text.replace(FORMAT, '"format":Infinity'),
  "a hexadecimal number": (text) => text.replace(FORMAT, '"format":0x1'),
  "an escaped letter": (text) => text.replace('"test"', '"\\u0074est"'),
  "an escaped slash": (text) => text.replace('"registry":"test"', '"registry":"te\\/st"'),
  "a comment": (text) => text.replace("{", "{/**/"),
  "single quotes": (text) => text.replace('"test"', "'test'"),
  "a trailing comma": (text) => text.replace(/\}$/, ",}"),
  "a cut": (text) => text.slice(0, -3),
  "a second document": (text) => `${text}${text}`,
  "deep nesting": (text) => `${"[".repeat(20_000)}${text}${"]".repeat(19_999)}`,
  "bad UTF-8": (text) => Buffer.from(text.replace('"test"', '"t\xffst"'), "latin1"),
  "overlong UTF-8": (text) => Buffer.from(text.replace('"test"', '"\xc0\xf4est"'), "latin1"),
  "a surrogate in UTF-8": (text) => Buffer.from(text.replace('"test"', '"\xed\xa0\x80"'), "latin1"),
  nothing: () => "",
};

/** Valid, canonical JSON that is no document. */
const VALUES = ["null", "true", "1", '"root"', "[]", "{}", "[[[[[[[[]]]]]]]]"];

/** The outside of a signed file, changed by someone without a key. */
const ENVELOPES: Record<string, (text: string) => string> = {
  empty: () => "",
  "only a brace": () => "{",
  "a line end after it": (text) => `${text}\n`,
  "a blank in front": (text) => ` ${text}`,
  "without signatures": (text) => text.replace(/^.*?"signed":/, '{"signed":'),
  "with its parts swapped": (text) => text.replace(/^\{("signatures":\[.*?\]),("signed":.*)\}$/, "{$2,$1}"),
  "with one more part": (text) => text.replace(/\}$/, ',"z":1}'),
  "with a blank in the signatures": (text) => text.replace('"sig":', '"sig": '),
  "cut in the signatures": (text) => text.slice(0, 60),
  "a web page": () => "<!doctype html><title>Not found</title>",
};

const texts = Object.entries(DOCUMENTS).flatMap(([what, path]) => [
  ...Object.entries(SPELLINGS).map(
    ([name, spell]): Case => ({
      name: `${what} with ${name}`,
      code: "malformed",
      bend: (it) => sealText(it, path, spell(JSON.stringify(documentIn(it.files.get(path)!)))),
    }),
  ),
  ...VALUES.map(
    (value): Case => ({
      name: `${what} that is ${value}`,
      code: "schema",
      bend: (it) => sealText(it, path, value),
    }),
  ),
]);

const envelopes = (["root", "index"] as const).flatMap((what) =>
  Object.entries(ENVELOPES).map(
    ([name, edit]): Case => ({
      name: `${what} file ${name}`,
      code: name === "with one more part" ? "signature" : "malformed",
      bend: (it) => retype(it, DOCUMENTS[what], edit),
    }),
  ),
);

/** Wrong forms. */
export const form: readonly Case[] = [...texts, ...envelopes];
