# --- word count
import re, collections
words = re.findall(r"\w+", open("text.txt", encoding="utf-8").read().lower())
for word, n in sorted(collections.Counter(words).items(), key=lambda x: (-x[1], x[0]))[:8]:
    print(f"{n:4} {word}")
# --- log levels per worker
import re, collections
pattern = re.compile(r"^(?P<day>\S+) \S+ (?P<level>[A-Z]+) \[(?P<worker>[^\]]+)\] request (?P<n>\d+) took (?P<ms>\d+) ms$")
stat = collections.defaultdict(collections.Counter)
slow = []
for line in open("app.log"):
    m = pattern.match(line)
    stat[m["worker"]][m["level"]] += 1
    if int(m["ms"]) > 950:
        slow.append((int(m["ms"]), m["n"]))
for worker in sorted(stat):
    print(worker, dict(sorted(stat[worker].items())))
print(sorted(slow, reverse=True))
# --- percentile report of durations
import re
ms = sorted(int(x) for x in re.findall(r"took (\d+)", open("app.log").read()))
for p in (50, 90, 99):
    print(f"p{p}: {ms[min(len(ms) - 1, len(ms) * p // 100)]}")
print("█" * 5, "|".join(f"{v:^7}" for v in ms[:4]))
# --- regex rename in repository
import pathlib, re
changed = []
for path in sorted(pathlib.Path("src").rglob("*.py")):
    text = path.read_text()
    new = re.sub(r"\bold_name\b", "new_name", text)
    if new != text:
        path.write_text(new)
        changed.append(str(path))
print(changed)
# --- regex features
import re
print(re.sub(r"(?P<a>\d+)-(\d+)", r"\2-\g<a>", "10-20 30-40"), re.split(r"[,;]\s*", "a, b;c"), re.findall(r"(?i)\b([a-z])\1", "Book Aardvark"))
print(re.fullmatch(r"(?x) (\d{4}) - (\d\d) # date", "2024-05").groups(), re.search(r"(?<=@)\w+(?=\.)", "me@host.org").group(), re.escape("a.b*c"))
print([m.span() for m in re.finditer("a+?", "aaa")], re.compile("é").search("café").start(), re.subn("x", lambda m: m[0].upper(), "xyx"))
re.compile("(unclosed")
# --- difflib unified
import difflib
a = open("src/app/util.py").read().splitlines(True)
b = [line.replace("old_name", "double") for line in a if "unused" not in line]
print("".join(difflib.unified_diff(a, b, "a/util.py", "b/util.py")))
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), 3))
# --- textwrap and alignment
import textwrap
t = " ".join(open("text.txt", encoding="utf-8").read().split())
print(textwrap.fill(t, 40, initial_indent="* ", subsequent_indent="  "))
print(textwrap.dedent("""
    a
      b
"""), textwrap.shorten(t, 30, placeholder="…"), textwrap.indent("x\n\ny", "> "))
# --- string methods
s = "Hello, Wörld"
print(s.swapcase(), s.casefold(), s.center(20, "*"), s.partition(", "), s.encode("utf-8"), s.translate({ord("l"): "L", ord(","): None}))
print("a,b,,c".split(","), " x y ".split(), "ab\ncd\r\nef".splitlines(), "x".join("abc"), "tEsT".title(), "ß".upper(), "abc".removeprefix("a"))
print("%-5s|%05d|%.2e|%r|%%" % ("ab", 42, 12345.678, "é"), "{0!r:>8}{1:{w}}".format("a", 3, w=4), "ab" < "b", "z".zfill(3), "İ".lower().encode())
# --- unicode data
import unicodedata
for c in "aé€Ω中😀":
    print(f"U+{ord(c):04X} {unicodedata.name(c)} {unicodedata.category(c)} {len(c.encode('utf-8'))} {len(c.encode('utf-16-le'))}")
print(unicodedata.normalize("NFD", "é").encode(), unicodedata.normalize("NFKC", "ﬁ①"), sorted("éeaz"), "😀"[::-1])
# --- encodings
b = "Grüße €".encode("cp1252")
print(b, b.decode("latin-1"), "日本".encode("shift_jis"), "日本".encode("gb18030"), "ü".encode("ascii", "xmlcharrefreplace"), b"\xff\xfea\0".decode("utf-16"))
open("latin.txt", "w", encoding="latin-1").write("é")
print(open("latin.txt", "rb").read(), open("latin.txt", encoding="utf-8", errors="replace").read())
open("latin.txt", encoding="utf-8").read()
# --- template and format
import string
print(string.Template("$who owes $$${amount}").substitute(who="Ann", amount=5), string.ascii_lowercase[:5], string.capwords("a b-c"))
print(string.Formatter().vformat("{0[k]} {1.real:05.1f}", ({"k": 1}, 2.5), {}))
string.Template("$missing").substitute()
# --- markdown headings to table of contents
import re
for m in re.finditer(r"^(#+) (.*)$", open("README.md").read(), re.M):
    print("  " * (len(m[1]) - 1) + "- [" + m[2] + "](#" + m[2].lower() + ")")
# --- ascii table
rows = [("name", "n"), ("alpha", 1), ("b", 12345)]
w = [max(len(str(r[i])) for r in rows) for i in range(2)]
line = "+" + "+".join("-" * (x + 2) for x in w) + "+"
print(line)
for r in rows:
    print("| " + " | ".join(str(v).ljust(x) if isinstance(v, str) else str(v).rjust(x) for v, x in zip(r, w)) + " |")
print(line)
# --- sorting with keys and locale free
names = ["Zoe", "ann", "Éva", "bob", "Bob10", "Bob9"]
print(sorted(names), sorted(names, key=str.lower), sorted(names, key=lambda s: [int(x) if x.isdigit() else x for x in __import__("re").split(r"(\d+)", s)][::-1] and s.casefold()))
# --- shlex and argument quoting
import shlex
print(shlex.split("a 'b c' \"d e\" f\\ g # x", comments=True), shlex.quote("it's"), shlex.join(["a b", "c"]))
shlex.split("'open")
# --- pprint of nested data
import pprint, json
pprint.pprint(json.load(open("people.json"))[:3], width=60)
pprint.pprint({"b": list(range(40)), "a": {"x" * 10: "y" * 70}}, compact=True)
# --- caesar and bytes
t = "Attack at Dawn"
print("".join(chr((ord(c) - 65 + 3) % 26 + 65) if c.isupper() else chr((ord(c) - 97 + 3) % 26 + 97) if c.islower() else c for c in t))
ba = bytearray(b"abc"); ba[1:2] = b"XYZ"; ba += b"!"; print(ba, ba.find(b"Z"), bytes(reversed(ba)), b"%d-%s" % (3, b"x"))
# --- url parsing
from urllib.parse import urlsplit, urlencode, parse_qs, quote, urljoin, unquote
u = urlsplit("https://me:pw@host:8080/a%20b/c?x=1&x=2&y=#frag")
print(u, u.port, u.username, parse_qs(u.query, keep_blank_values=True), urlencode({"a b": "é&", "l": [1, 2]}, doseq=True))
print(quote("/a b/ü"), unquote("%C3%BC"), urljoin("http://a/b/c", "../d?e"))
# --- tokenizer counts names
import tokenize, io, collections
names = collections.Counter(t.string for t in tokenize.generate_tokens(open("src/app/util.py").readline) if t.type == tokenize.NAME)
print(sorted(names.items()))
# --- line numbers and grep context
lines = open("app.log").read().splitlines()
for i, line in enumerate(lines, 1):
    if " 97" in line and "ERROR" in line:
        print(f"{i}:{line}")
print(sum("WARN" in line for line in lines))
# --- fixed width parse
data = "ID  NAME      QTY\n001 Widget     12\n002 Gizmo       7\n"
head, *body = data.splitlines()
cols = [head.index(x) for x in ("ID", "NAME", "QTY")]
for line in body:
    print([line[a:b].strip() for a, b in zip(cols, cols[1:] + [None])])
# --- f-string features
x = 3.14159; name = "n"; d = {"k": [1, 2]}
print(f"{x=:.2f} {name!r:>5} {d['k'][1]} {'nested ' + f'{x:.{2}f}'} {{}} {1_000_000:_} {0.256:.1%} {x:10.3}|{name:*^7}|")
# --- bad utf-8 on stdout is escaped
import sys, os
print(os.fsdecode(b"a\xff").encode("utf-8", "surrogateescape"))
print(ascii("é\n\x00"), repr("é\n\x7f\u200b"))
sys.stdout.write("no newline at end")
