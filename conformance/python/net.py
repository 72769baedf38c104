# --- urlopen reads bodies, headers and the final address
import json, os, urllib.request
base = os.environ["SERVER"]
with urllib.request.urlopen(base + "/json") as answer:
    print(answer.status, answer.reason, answer.headers["content-type"], json.load(answer))
print(urllib.request.urlopen(base + "/redirect/3").url.removeprefix(base))
print(urllib.request.urlopen(base + "/chunked").read(), len(urllib.request.urlopen(base + "/large").read()))
print(urllib.request.urlopen(base + "/latin").headers.get_content_charset())
# --- urlopen sends methods, headers and bodies
import os, urllib.parse, urllib.request
base = os.environ["SERVER"]
print(urllib.request.urlopen(base + "/echo?a=1&b=%20x", urllib.parse.urlencode({"q": "ä b"}).encode()).read().decode())
request = urllib.request.Request(base + "/echo", b"raw", {"X-Own": "1", "Content-Type": "text/plain"}, method="PUT")
print(urllib.request.urlopen(request).read().decode())
print(urllib.request.urlopen(urllib.request.Request(base + "/echo", method="DELETE")).read().decode())
print(urllib.request.urlopen(urllib.request.Request(base + "/json", method="HEAD")).read())
def parts():
    yield b"in "
    yield b"parts"
print(urllib.request.urlopen(urllib.request.Request(base + "/echo", parts(), {"Content-Type": "text/plain"})).read().decode())
# --- urlopen's errors are CPython's
import os, urllib.error, urllib.request
base = os.environ["SERVER"]
def show(address, **named):
    try:
        with urllib.request.urlopen(address, **named) as answer:
            print(answer.read())
    except Exception as error:
        print(*(each.__name__ for each in type(error).__mro__), repr(getattr(error, "reason", None)))
        # What no parser of HTTP took is not told in its own words.
        print("" if address == os.environ["RAW"] else str(error).replace(base, "BASE"))
for path in ("/status/404", "/status/500", "/loop", "/short", "/short-chunked", "/close"):
    show(base + path)
show(os.environ["CLOSED"])
show(os.environ["RAW"])
show("http://no.such.host.invalid/")
show("gopher://example.org/")
show("no address")
# --- time limits are for each wait
import os, time, urllib.request
base = os.environ["SERVER"]
for path in ("/slow", "/drip"):
    began = time.monotonic()
    try:
        print(urllib.request.urlopen(base + path, timeout=0.5).read())
    except Exception as error:
        print(type(error).__name__, error, 0.4 < time.monotonic() - began < 2.5)
print(urllib.request.urlopen(base + "/json", timeout=20).status)
# --- an error's body, headers and status can be read
import os, urllib.error, urllib.request
base = os.environ["SERVER"]
try:
    urllib.request.urlopen(base + "/status/418")
except urllib.error.HTTPError as error:
    print(error.code, error.reason, error.read(), error.headers["content-length"])
# --- redirects keep or change the method
import os, urllib.request
base = os.environ["SERVER"]
for status in (301, 302, 303, 307, 308):
    try:
        print(status, urllib.request.urlopen(base + f"/relocate/{status}", b"data").read().decode())
    except Exception as error:
        print(status, type(error).__name__, str(error).replace(base, "BASE"))
# --- openers: authorization, cookies, no redirects
import http.cookiejar, os, urllib.request
base = os.environ["SERVER"]
passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
passwords.add_password(None, base, "user", "pass")
print(urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords)).open(base + "/auth").read())
jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=False))
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
opener.open(base + "/cookie").read()
print([(each.name, each.value) for each in jar], opener.open(base + "/echo").read().decode())
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given):
        return None
try:
    urllib.request.build_opener(Stay).open(base + "/redirect/1")
except urllib.error.HTTPError as error:
    print(error.code, error.headers["location"])
# --- http.client: one connection, several requests
import http.client, os
from urllib.parse import urlsplit
connection = http.client.HTTPConnection(urlsplit(os.environ["SERVER"]).netloc, timeout=10)
for method, path, body in (("GET", "/json", None), ("POST", "/echo", "text"), ("HEAD", "/json", None), ("GET", "/nowhere", None)):
    connection.request(method, path, body)
    answer = connection.getresponse()
    print(answer.status, answer.reason, answer.version, answer.read(), answer.isclosed())
connection.close()
# --- http.client's errors are CPython's
import http.client, os
from urllib.parse import urlsplit
def show(place, path="/"):
    connection = http.client.HTTPConnection(urlsplit(place).netloc, timeout=1)
    for step in (lambda: connection.request("GET", path), lambda: connection.getresponse().read()):
        try:
            step()
            print("done")
        except Exception as error:
            print(*(each.__name__ for each in type(error).__mro__), "" if place == os.environ["RAW"] else error)
            break
for path in ("/close", "/short", "/short-chunked", "/slow"):
    show(os.environ["SERVER"], path)
show(os.environ["CLOSED"])
show(os.environ["RAW"])
show("//no.such.host.invalid")
connection = http.client.HTTPConnection("127.0.0.1")
for call in (lambda: connection.getresponse(), lambda: connection.request("GET", "/a b"), lambda: connection.putrequest("GE T", "/")):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
# --- urlretrieve and a large upload
import os, urllib.request
base = os.environ["SERVER"]
path, headers = urllib.request.urlretrieve(base + "/large", "large.txt")
print(path, os.path.getsize(path))
import json
sent = json.load(urllib.request.urlopen(base + "/echo", b"y" * 3_000_000))
print(len(sent["body"]), set(sent["body"]))
# --- data and file addresses, quoting
import pathlib, urllib.parse, urllib.request
pathlib.Path("a b.txt").write_text("here")
print(urllib.request.urlopen(pathlib.Path("a b.txt").absolute().as_uri()).read(), urllib.request.urlopen("data:text/plain;base64,aGk=").read())
print(urllib.parse.urljoin("http://a/b/c?x#y", "../d"), urllib.parse.quote("a/ä b"), urllib.parse.parse_qs("a=1&a=2&b="))
