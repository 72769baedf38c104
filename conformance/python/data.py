# --- csv totals by region
import csv, collections
total = collections.defaultdict(float)
with open("sales.csv", newline="") as f:
    for row in csv.DictReader(f):
        total[row["region"]] += int(row["quantity"]) * float(row["price"])
for region, value in sorted(total.items()):
    print(f"{region:<8}{value:>12,.2f}")
# --- csv pivot month by product
import csv, collections
table = collections.Counter()
for row in csv.DictReader(open("sales.csv")):
    table[row["date"][:7], row["product"]] += int(row["quantity"])
products = sorted({p for _, p in table})
print("month  ", *products, sep="\t")
for month in sorted({m for m, _ in table}):
    print(month, *(table[month, p] for p in products), sep="\t")
# --- csv quoted fields with newlines
import csv
for row in csv.reader(open("quoted.csv", newline="", encoding="utf-8")):
    print(row)
# --- csv written with other dialect
import csv
with open("out.tsv", "w", newline="") as f:
    w = csv.writer(f, dialect="excel-tab", quoting=csv.QUOTE_NONNUMERIC)
    w.writerows([["a", 1, 2.5], ["b\tc", None, 'q"'], ["é", -1, 1e20]])
print(open("out.tsv", "rb").read())
# --- csv sniffer
import csv
d = csv.Sniffer().sniff("a;b;c\n1;2;3\n4;5;6\n")
print(repr(d.delimiter), csv.Sniffer().has_header("name;age\nann;3\nbob;4\n"))
# --- csv top sellers to new file
import csv, heapq
rows = list(csv.DictReader(open("sales.csv")))
top = heapq.nlargest(5, rows, key=lambda r: (float(r["price"]), r["id"]))
with open("top.csv", "w", newline="") as f:
    w = csv.DictWriter(f, ["id", "price"], extrasaction="ignore")
    w.writeheader()
    w.writerows(top)
print(open("top.csv").read())
# --- json group people by tags
import json
groups = {}
for p in json.load(open("people.json")):
    groups.setdefault(len(p["tags"]), []).append(p["name"])
print(json.dumps(groups, sort_keys=True))
# --- json pretty sorted with unicode
import json
print(json.dumps({"é": [1, 2.0, None, True], "a": {"z": "\u2028", "b": "\ud83d\ude00"}}, indent=4, sort_keys=True))
print(json.dumps({"é": "ß"}, ensure_ascii=False, separators=(",", ":")))
# --- json error message
import json
for bad in ['{"a": 1,}', "[1, 2", "nul", '"\t"', "1 2", ""]:
    try:
        json.loads(bad)
    except json.JSONDecodeError as e:
        print(e)
# --- json custom encoder and hook
import json, datetime, decimal
class E(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, datetime.date): return o.isoformat()
        if isinstance(o, decimal.Decimal): return str(o)
        return super().default(o)
text = json.dumps({"d": datetime.date(2024, 2, 29), "x": decimal.Decimal("1.10")}, cls=E)
print(text, json.loads(text, object_pairs_hook=list))
json.dumps({1, 2}, cls=E)
# --- jsonl aggregate
import json, statistics, itertools
events = [json.loads(line) for line in open("events.jsonl")]
events.sort(key=lambda e: e["kind"])
for kind, group in itertools.groupby(events, key=lambda e: e["kind"]):
    ts = [e["t"] for e in group]
    print(kind, len(ts), statistics.mean(ts), statistics.median(ts), round(statistics.stdev(ts), 4))
# --- json round trip of floats
import json
values = [0.1, 1e16, 1e-7, 123456789.123456789, float("inf"), -0.0, 1 / 3]
print(json.dumps(values), json.loads(json.dumps(values)) == values)
# --- sqlite group by with join
import sqlite3, csv
db = sqlite3.connect(":memory:")
db.execute("create table s(id int, date text, region text, product text, q int, price real)")
db.executemany("insert into s values(?,?,?,?,?,?)", list(csv.reader(open("sales.csv")))[1:])
for row in db.execute("select region, count(*), round(sum(q*price),2), max(date) from s group by region order by 3 desc"):
    print(row)
print(db.execute("select product, avg(q) over (partition by product) from s limit 3").fetchall())
# --- sqlite file with transaction
import sqlite3, os
db = sqlite3.connect("t.db")
db.row_factory = sqlite3.Row
with db:
    db.execute("create table t(k text primary key, v json)")
    db.execute("insert into t values('a', '{\"n\": 3}')")
try:
    with db:
        db.execute("insert into t values('b', '{}')")
        db.execute("insert into t values('a', '{}')")
except sqlite3.IntegrityError as e:
    print("failed:", e)
print([dict(r) for r in db.execute("select k, json_extract(v, '$.n') as n from t")])
db.close()
print(os.path.getsize("t.db") > 0, sqlite3.connect("t.db").execute("pragma integrity_check").fetchone())
os.remove("t.db")
# --- sqlite custom functions and fts
import sqlite3
db = sqlite3.connect(":memory:")
db.create_function("rev", 1, lambda s: s[::-1])
print(db.execute("select rev('abc')").fetchone())
db.execute("create virtual table d using fts5(body)")
db.executemany("insert into d values(?)", [("the quick fox",), ("lazy dog",), ("quick dog",)])
print(db.execute("select body from d where d match 'quick' order by rank").fetchall())
db.execute("selec 1")
# --- pickle round trip of classes
import pickle, dataclasses
@dataclasses.dataclass
class P:
    x: int
    y: list = dataclasses.field(default_factory=list)
for proto in range(6):
    data = pickle.dumps([P(1, [2]), {"a": (1, 2)}, {1, 2}, b"x", 3.5], proto)
    print(proto, pickle.loads(data))
# --- xml to dict and back
import xml.etree.ElementTree as ET
root = ET.parse("doc.xml").getroot()
for item in root.iter("item"):
    print(item.get("sku"), item.findtext("name"), float(item.findtext("price")))
    item.set("seen", "yes")
ET.indent(root)
print(ET.tostring(root, encoding="unicode"))
# --- xml errors and minidom
import xml.dom.minidom, xml.etree.ElementTree as ET
print(xml.dom.minidom.parseString("<a><b c='1'/>t&amp;</a>").toprettyxml(indent=" "))
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as e:
    print(e, e.position)
# --- html parser collects links
from html.parser import HTMLParser
import html
class L(HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag == "a": print(dict(attrs))
L().feed(open("page.html").read())
print(html.escape("<a href='x'>"), html.unescape("&eacute;&#x41;&amp;"))
# --- toml and ini
import tomllib, configparser
print(tomllib.load(open("config.toml", "rb")))
c = configparser.ConfigParser()
c.read("config.ini")
print({s: dict(c[s]) for s in c.sections()}, c.getint("server", "port"))
c["new"] = {"k": "v"}
c.write(open("out.ini", "w"))
print(open("out.ini").read())
# --- base64 hex struct and crc
import base64, binascii, struct, zlib, hashlib
b = bytes(range(0, 256, 17))
print(base64.b64encode(b), base64.urlsafe_b64encode(b), base64.b85encode(b), b.hex(":"))
print(struct.pack(">IhQ?3sd", 1, -2, 3, True, b"ab", 1.5), struct.unpack("<2H", b"\1\0\2\0"), struct.calcsize("@lP"))  if struct.calcsize("P") == 0 else print(struct.pack("<IhQ?3sd", 1, -2, 3, True, b"ab", 1.5))
print(zlib.crc32(b), zlib.adler32(b), binascii.crc_hqx(b, 0))
for name in "md5 sha1 sha256 sha512 blake2b sha3_256".split():
    print(name, hashlib.new(name, b).hexdigest()[:32])
# --- gzip bz2 lzma zip tar in memory
import gzip, bz2, lzma, zipfile, tarfile, io
data = b"hello " * 1000
print([len(m.decompress(m.compress(data))) for m in (gzip, bz2, lzma)])
buf = io.BytesIO()
with zipfile.ZipFile(buf, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a/b.txt", data)
print(zipfile.ZipFile(buf).infolist()[0].file_size, zipfile.ZipFile(buf).read("a/b.txt") == data)
buf = io.BytesIO()
with tarfile.open(fileobj=buf, mode="w:xz") as t:
    t.add("src")
buf.seek(0)
print(tarfile.open(fileobj=buf).getnames())
# --- zip archive of the source tree
import shutil, zipfile
name = shutil.make_archive("backup", "zip", "src")
print(name.rsplit("/")[-1], sorted(zipfile.ZipFile("backup.zip").namelist()))
shutil.unpack_archive("backup.zip", "restored")
import filecmp
d = filecmp.dircmp("src", "restored")
print(d.left_only, d.right_only, d.common)
shutil.rmtree("restored")
import os
os.remove("backup.zip")
# --- statistics and fractions
import statistics as s, fractions, decimal
x = [2, 4, 4, 4, 5, 5, 7, 9]
print(s.mean(x), s.pstdev(x), s.quantiles(x, n=4), s.mode(x), s.multimode([1, 1, 2, 2]), s.correlation(x, x[::-1]))
print(fractions.Fraction(0.75), fractions.Fraction("3/7") + 1, fractions.Fraction(22, 7).limit_denominator(5))
decimal.getcontext().prec = 30
print(decimal.Decimal(2).sqrt(), decimal.Decimal("1.005").quantize(decimal.Decimal(".01")), decimal.Decimal("1") / 3)
# --- matrix and primes
def primes(n):
    sieve = bytearray([1]) * (n + 1)
    sieve[:2] = b"\0\0"
    for i in range(2, int(n ** 0.5) + 1):
        if sieve[i]:
            sieve[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    return [i for i, v in enumerate(sieve) if v]
print(len(primes(100000)), primes(50))
a = [[1, 2], [3, 4]]
print([[sum(x * y for x, y in zip(r, c)) for c in zip(*a)] for r in a])
# --- random is reproducible
import random
r = random.Random(42)
print(r.random(), r.randint(1, 100), r.sample(range(100), 5), r.choices("abc", k=5), r.gauss(0, 1))
x = list(range(10)); r.shuffle(x); print(x, r.getrandbits(70), r.uniform(1, 2), r.triangular())
# --- big integers and formats
print(2 ** 200, hash(2 ** 61 - 1) if False else 0, int("ff", 16), f"{10 ** 20:,}", f"{255:#x} {255:08b} {-5:+d} {1e10:g} {0.1:.20f}")
import math
print(math.factorial(30), math.comb(50, 25), math.gcd(12, 18), math.isqrt(10 ** 20), math.dist((0, 0), (3, 4)), math.prod(range(1, 8)))
print(round(2.5), round(-0.5), round(2.675, 2), divmod(-7, 3), -7 // 2, 7 % -3, 1e308 * 10, float("nan"))
# --- array and memoryview
import array
a = array.array("i", [1, 2, 3]); a.extend([4]); a.byteswap()
print(a, a.itemsize, bytes(memoryview(a)[:2]), memoryview(b"abcd").cast("H").tolist())
# --- plistlib and uuid5
import plistlib, uuid
print(plistlib.dumps({"a": [1, 2.5, True, b"x"]}).decode())
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), uuid.UUID(int=5).hex)
# --- ipaddress
import ipaddress
n = ipaddress.ip_network("10.0.0.0/29")
print(list(n.hosts())[:3], n.broadcast_address, ipaddress.ip_address("::1").is_loopback, ipaddress.ip_address("10.0.0.1") in n)
ipaddress.ip_network("10.0.0.1/29")
# --- mime message
from email.message import EmailMessage
import email, email.policy
m = EmailMessage(); m["Subject"] = "Grüße"; m["To"] = "a@example.com"; m.set_content("hé\n")
m.add_attachment(b"data", maintype="application", subtype="octet-stream", filename="f.bin")
text = m.as_bytes()
p = email.message_from_bytes(text, policy=email.policy.default)
print(p["subject"], [part.get_content_type() for part in p.walk()], p.get_body().get_content())
