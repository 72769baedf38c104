# --- requests: methods, bodies, headers, JSON
import os, requests
base = os.environ["SERVER"]
answer = requests.get(base + "/json", params={"q": "ä b"})
print(answer.status_code, answer.ok, answer.json(), answer.headers["Content-Type"], answer.encoding, answer.reason)
print(requests.get(base + "/echo", params={"q": ["1", "2"]}, headers={"X-Own": "mine"}).json()["url"])
for send in (requests.post, requests.put, requests.patch, requests.delete):
    print(send(base + "/echo", json={"a": [1, "ü"]}).json()["body"])
print(requests.post(base + "/echo", data={"k": "v w"}).json())
print(requests.post(base + "/echo", data=b"bytes", headers={"Content-Type": "text/x"}).json()["body"])
print(requests.post(base + "/echo", files={"f": ("n.txt", "text")}).json()["body"].count("text"))
print(requests.post(base + "/echo", data=iter([b"in ", b"parts"])).json()["body"], requests.head(base + "/json").status_code, requests.options(base + "/echo").json()["method"])
# --- requests: redirects, sessions, cookies, authorization
import os, requests
base = os.environ["SERVER"]
answer = requests.get(base + "/redirect/3")
print([each.status_code for each in answer.history], answer.url.removeprefix(base), requests.get(base + "/redirect/1", allow_redirects=False).status_code)
with requests.Session() as session:
    session.headers["X-Own"] = "kept"
    session.get(base + "/cookie")
    got = session.get(base + "/echo").json()
    print(got["headers"]["cookie"], got["headers"]["x-own"], session.cookies.get_dict())
    session.auth = ("user", "pass")
    print(session.get(base + "/auth").text, requests.get(base + "/auth").status_code)
print(requests.post(base + "/relocate/303", data="x").json()["method"], requests.post(base + "/relocate/307", data="x").json()["method"])
# --- requests: bodies as they come
import os, requests
base = os.environ["SERVER"]
print(requests.get(base + "/gzip").text, requests.get(base + "/chunked").text, requests.get(base + "/latin").text)
with requests.get(base + "/large", stream=True) as answer:
    print(sum(map(len, answer.iter_content(10_000))), answer.raw.closed)
print(list(requests.get(base + "/status/200", stream=True).iter_lines()), len(requests.get(base + "/large").content))
# --- requests: errors
import os, requests
base = os.environ["SERVER"]
def show(address, **named):
    try:
        print(requests.get(address, **named).raise_for_status())
    except requests.RequestException as error:
        print([each.__name__ for each in type(error).__mro__], error.response is not None and error.response.status_code)
for path in ("/status/404", "/status/503", "/loop", "/short", "/short-chunked", "/close"):
    show(base + path)
for path in ("/slow", "/drip"):
    show(base + path, timeout=0.5)
show(base + "/json", timeout=(3, 10))
show(base + "/slow", timeout=(0.5, 10))
for address in (os.environ["CLOSED"], os.environ["RAW"], "http://no.such.host.invalid/", "nothing", "ftp://example.org/"):
    show(address)
try:
    requests.get(base + "/json").json(parse_int=lambda text: 1 / 0)
except Exception as error:
    print(type(error).__name__)
try:
    requests.get(base + "/chunked").json()
except requests.exceptions.JSONDecodeError as error:
    print(error)
# --- requests: retries of an adapter
import os, requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
base = os.environ["SERVER"]
session = requests.Session()
session.mount("http://", HTTPAdapter(max_retries=Retry(total=2, backoff_factor=0.01, status_forcelist=[503])))
try:
    session.get(base + "/status/503")
except requests.exceptions.RetryError as error:
    print("too many 503 error responses" in str(error))
try:
    session.get(os.environ["CLOSED"])
except requests.exceptions.ConnectionError as error:
    print(type(error.args[0]).__name__, type(error.args[0].reason).__name__, "Connection refused" in str(error))
# --- urllib3 alone
import os, urllib3
base = os.environ["SERVER"]
pool = urllib3.PoolManager()
print(pool.request("GET", base + "/json").json(), pool.request("POST", base + "/echo", fields={"a": "1"}).status)
try:
    pool.request("GET", os.environ["CLOSED"], retries=False)
except urllib3.exceptions.HTTPError as error:
    print(type(error).__name__, "Connection refused" in str(error))
try:
    pool.request("GET", base + "/slow", timeout=0.3, retries=False)
except urllib3.exceptions.HTTPError as error:
    print(type(error).__name__, error)
print(urllib3.request("GET", base + "/redirect/2").geturl())
# --- yaml
import yaml
data = yaml.safe_load("a: [1, 2.5, yes]\nb: {c: null, d: 2024-01-02}\ne: |\n  two\n  lines\nf: &x [1]\ng: *x\n")
print(data, yaml.safe_dump(data, sort_keys=False, allow_unicode=True), yaml.dump({"k": (1, 2)}))
try:
    yaml.safe_load("a: [1")
except yaml.YAMLError as error:
    print(error)
# --- jinja2
import jinja2
environment = jinja2.Environment(loader=jinja2.DictLoader({"base": "<{% block a %}{% endblock %}>", "page": "{% extends 'base' %}{% block a %}{% for x in xs if x %}{{ loop.index }}:{{ x|upper|e }} {% else %}none{% endfor %}{% endblock %}"}), autoescape=True)
print(environment.get_template("page").render(xs=["a<b", "", "c"]), environment.get_template("page").render())
try:
    environment.from_string("{% if %}").render()
except jinja2.TemplateSyntaxError as error:
    print(error, error.lineno)
print(jinja2.Template("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(1) }}{{ 'x'|default('y') }}{{ [3,1]|sort|join('-') }}").render())
# --- markdown
import markdown
text = "# Title\n\nSome *text* and `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n[toc]\n"
print(markdown.markdown(text, extensions=["tables", "fenced_code", "toc", "footnotes"]))
# --- beautifulsoup4
from bs4 import BeautifulSoup
soup = BeautifulSoup("<html><head><title>T</title></head><body><p class='x y'>a<b>c</b></p><a href='/1'>one</a><a href='/2'>two</a></body>", "html.parser")
print(soup.title.string, [a["href"] for a in soup.find_all("a")], soup.select_one("p.x > b").text, soup.p["class"])
soup.b.replace_with("d")
print(soup.prettify())
# --- tabulate
from tabulate import tabulate
rows = [["Ann", 1, 2.5], ["Bé", 20, 3]]
for form in ("plain", "github", "grid", "html", "latex", "fancy_grid"):
    print(tabulate(rows, headers=["name", "n", "x"], tablefmt=form))
# --- dateutil
from datetime import datetime
from dateutil import parser, relativedelta, rrule, tz
print(parser.parse("3 Jan 2024 10:00 UTC"), parser.isoparse("2024-02-28T01:02:03Z"))
print(datetime(2024, 1, 31) + relativedelta.relativedelta(months=1), list(rrule.rrule(rrule.WEEKLY, count=3, dtstart=datetime(2024, 1, 1))))
paris = tz.gettz("Europe/Paris")
print(datetime(2024, 7, 1, tzinfo=paris).utcoffset(), datetime(2024, 1, 1, tzinfo=paris).tzname())
# --- openpyxl
import openpyxl
from openpyxl.styles import Font
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Data"
for row in [["name", "n"], ["a", 1], ["b", 2.5], ["c", None]]:
    sheet.append(row)
sheet["A1"].font = Font(bold=True)
sheet["B6"] = "=SUM(B2:B4)"
book.create_sheet("Other")["C3"] = "é"
book.save("book.xlsx")
book = openpyxl.load_workbook("book.xlsx")
print(book.sheetnames, list(book["Data"].values), book["Other"]["C3"].value, book["Data"]["A1"].font.bold)
import os
os.remove("book.xlsx")
# --- pypdf
import os
from pypdf import PdfReader, PdfWriter, Transformation
writer = PdfWriter()
for size in (72, 100):
    writer.add_blank_page(size, size)
writer.add_metadata({"/Title": "Tïtle"})
writer.add_outline_item("start", 0)
writer.pages[0].rotate(90)
writer.write("a.pdf")
reader = PdfReader("a.pdf")
print(len(reader.pages), reader.metadata.title, reader.pages[1].mediabox.width, reader.pages[0].rotation, [each.title for each in reader.outline])
print(repr(reader.pages[0].extract_text()))
os.remove("a.pdf")
# --- networkx
import networkx as nx
graph = nx.Graph([(1, 2, {"w": 4}), (2, 3, {"w": 1}), (1, 3, {"w": 7}), (3, 4, {"w": 2})])
print(nx.shortest_path(graph, 1, 4, weight="w"), dict(nx.degree(graph)), list(nx.connected_components(graph)))
print(sorted(nx.minimum_spanning_edges(graph, weight="w", data=False)), list(nx.topological_sort(nx.DiGraph([("a", "b"), ("b", "c")]))))
print({node: round(value, 4) for node, value in nx.betweenness_centrality(graph).items()}, nx.is_connected(graph))
nx.write_gml(graph, "g.gml")
print(nx.read_gml("g.gml").number_of_edges(), nx.density(graph))
# --- pytest runs a small project
import os, pathlib, re, subprocess, sys
os.mkdir("small")
os.chdir("small")
pathlib.Path("calc.py").write_text("def add(a, b):\n    return a + b\n")
pathlib.Path("conftest.py").write_text("import pytest\n\n@pytest.fixture\ndef ten():\n    yield 10\n")
pathlib.Path("pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['slow']\n")
pathlib.Path("test_calc.py").write_text('''import pytest
from calc import add

@pytest.mark.parametrize("a,b,sum", [(1, 2, 3), (2, 2, 5)])
def test_add(a, b, sum):
    assert add(a, b) == sum

def test_fixture(ten, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("X", "1")
    (tmp_path / "f").write_text("x")
    print("out")
    assert capsys.readouterr().out == "out\\n" and ten == 10

@pytest.mark.slow
def test_raises():
    with pytest.raises(ZeroDivisionError, match="division"):
        1 / 0

@pytest.mark.skip(reason="later")
def test_later(): ...

@pytest.mark.xfail
def test_fails():
    assert {"a": 1} == {"a": 2}

class TestGroup:
    def test_approx(self):
        assert 0.1 + 0.2 == pytest.approx(0.3)
''')
for command in (["pytest", "-q"], [sys.executable, "-m", "pytest", "-q", "-x", "-m", "slow", "nowhere.py", "test_calc.py"]):
    done = subprocess.run([*command, "-p", "no:cacheprovider"], capture_output=True, text=True)
    print(done.returncode, re.sub(r"in [0-9.]+s", "in Ns", done.stdout), done.stderr)
# --- httpx: methods, bodies, redirects, streams, errors
import os, httpx
base = os.environ["SERVER"]
answer = httpx.get(base + "/json", params={"q": "ä b"})
print(answer.status_code, answer.json(), answer.headers["content-type"], answer.http_version)
with httpx.Client(headers={"X-Own": "kept"}) as client:
    for send in (client.post, client.put, client.patch):
        got = send(base + "/echo", json={"a": [1, "ü"]}).json()
        print(got["method"], got["body"], got["headers"]["x-own"])
    print(client.post(base + "/echo", data={"k": "v w"}).json()["body"], client.head(base + "/json").status_code, client.delete(base + "/echo").status_code)
    print(client.post(base + "/echo", content=iter([b"in ", b"parts"])).json()["body"])
    print(client.get(base + "/redirect/3").status_code, client.get(base + "/redirect/3", follow_redirects=True).url.path)
    print(client.get(base + "/gzip").text, client.get(base + "/chunked").text)
    with client.stream("GET", base + "/large") as answer:
        print(sum(map(len, answer.iter_bytes())))
    for path in ("/status/404", "/short", "/short-chunked", "/slow"):
        try: client.get(base + path, timeout=0.5).raise_for_status()
        except httpx.HTTPError as error: print([each.__name__ for each in type(error).__mro__[:3]])
for address in (os.environ["CLOSED"], "http://no.such.host.invalid/", "nothing"):
    try: httpx.get(address)
    except httpx.HTTPError as error: print(type(error).__name__, "refused" in str(error))
# --- httpx: many at once
import asyncio, os, time, httpx
base = os.environ["SERVER"]
async def main():
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(client.get(base + "/json", params={"n": n}) for n in range(8)))
        print([answer.status_code for answer in answers], answers[0].json())
        print((await client.post(base + "/echo", json=[1])).json()["body"])
        async with client.stream("GET", base + "/large") as answer:
            print(sum([len(part) async for part in answer.aiter_bytes()]))
        began = time.monotonic()
        print(await asyncio.gather(*(client.get(base + "/slow", timeout=0.5) for _ in range(6)), return_exceptions=True) and time.monotonic() - began < 2.5)
        try: await client.get(os.environ["CLOSED"])
        except httpx.ConnectError as error: print(type(error).__name__)
asyncio.run(main())
# --- contexts of ssl as programs set them up
import os, ssl, urllib.request
base = os.environ["SERVER"]
context = ssl.create_default_context()
print(context.check_hostname, repr(context.verify_mode), context.minimum_version.name, int(context.options), context.protocol.name)
try: context.verify_mode = ssl.CERT_NONE
except ValueError as error: print(error)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.options |= ssl.OP_NO_TICKET
context.minimum_version = ssl.TLSVersion.TLSv1_3
print(context.verify_mode, context.options & ssl.OP_NO_TICKET != 0, context.minimum_version.name)
print(urllib.request.urlopen(base + "/json", context=context).status, ssl._create_unverified_context().verify_mode.name)
for wrong in (lambda: ssl.create_default_context(cafile="/nope"), lambda: context.load_verify_locations(), lambda: ssl.PEM_cert_to_DER_cert("x")):
    try: wrong()
    except (OSError, TypeError, ValueError) as error: print([each.__name__ for each in type(error).__mro__][:3])
print(ssl.DER_cert_to_PEM_cert(bytes(range(70))), ssl.cert_time_to_seconds("Jan  5 09:34:43 2018 GMT"))
print([each.__name__ for each in ssl.SSLCertVerificationError.__mro__], ssl.CertificateError is ssl.SSLCertVerificationError, ssl.SSLError(1, "text"))
print(issubclass(ssl.SSLError, OSError), ssl.HAS_SNI, ssl.Purpose.SERVER_AUTH.oid, ssl.Purpose.CLIENT_AUTH.shortname)
