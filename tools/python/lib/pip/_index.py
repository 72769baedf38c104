"""Pages of a simple index: JSON (PEP 691) and HTML (PEP 503)."""

import html.parser
import json
import urllib.error
import urllib.parse
import urllib.request

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


class InstallError(Exception):
    """What is said to the user."""


def fetch(url, accept="*/*"):
    """(bytes, type, address after redirects); None if the server has no such page. Raises InstallError."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept})) as answer:
            return answer.read(), answer.headers.get_content_type(), answer.url
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            return None
        reason = error
    except Exception as error:
        reason = error
    raise InstallError(f"fetch {url}: {reason}. To install from a folder of wheels: pip install --no-index --find-links DIR NAME") from None


def links(url):
    """Facts of each file that the page at `url` offers: url, requires_python, hashes, yanked, metadata (its hashes, if it
    can be had alone; else None)."""
    page = fetch(url, ACCEPT)
    if page is None:
        return
    data, kind, base = page
    try:
        found = _from_json(data) if kind.endswith("json") else _from_html(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InstallError(f"read {url}: expected a simple index (PEP 503 or 691), got {kind}") from None
    for link in found:
        yield {**link, "url": urllib.parse.urljoin(base, link["url"])}


def _from_json(data):
    return [{"url": file["url"], "requires_python": file.get("requires-python"), "hashes": file.get("hashes") or {},
             "yanked": bool(file.get("yanked")),
             "metadata": _hashes_of(file.get("core-metadata", file.get("dist-info-metadata")))}
            for file in json.loads(data)["files"]]


def _hashes_of(metadata):
    if not metadata:
        return None
    return metadata if isinstance(metadata, dict) else {}


class _Anchors(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag != "a" or not facts.get("href"):
            return
        metadata = facts.get("data-core-metadata", facts.get("data-dist-info-metadata"))
        self.found.append({
            "url": facts["href"], "requires_python": facts.get("data-requires-python"), "hashes": in_fragment(facts["href"]),
            "yanked": "data-yanked" in facts,
            "metadata": None if metadata is None else dict([metadata.split("=", 1)] if "=" in metadata else [])})


def _from_html(data):
    parser = _Anchors()
    parser.feed(data.decode("utf-8", "replace"))
    return parser.found


def in_fragment(url):
    """The digest that a URL ends with (`#sha256=…`), by its algorithm."""
    name, equals, digest = urllib.parse.urldefrag(url).fragment.partition("=")
    return {name: digest} if equals and name in {"sha256", "sha384", "sha512"} else {}
