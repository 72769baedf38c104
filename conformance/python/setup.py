"""Makes the files that the programs work on, in the current folder."""
import json
import os
import random

random.seed(7)
REGIONS = ["north", "south", "east", "west"]


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


rows = [f"{i},2024-{i % 12 + 1:02}-{i % 28 + 1:02},{REGIONS[i % 4]},{'widget gadget gizmo'.split()[i % 3]},{i % 9 + 1},{(i * 37 % 500) / 4}" for i in range(200)]
write("sales.csv", "id,date,region,product,quantity,price\n" + "\n".join(rows) + "\n")
write("quoted.csv", 'name,remark\r\n"Ann, B.","said ""hi"""\r\nÉva,"two\r\nlines"\r\n')
people = [{"id": i, "name": name, "age": 20 + i * 3, "tags": ["a", "b", "c"][: i % 4], "boss": i // 2 or None}
          for i, name in enumerate("Ann Bob Cyd Dan Eve Fay Gus Hal Ida Jan".split())]
write("people.json", json.dumps(people, indent=2))
write("events.jsonl", "".join(json.dumps({"t": i * 13 % 50, "kind": ["start", "stop", "tick"][i % 3], "n": i}) + "\n" for i in range(60)))
levels = ["INFO", "WARN", "ERROR", "DEBUG"]
write("app.log", "".join(f"2024-03-{i % 28 + 1:02} 1{i % 10}:0{i % 6}:00 {levels[i * 7 % 4]} [worker-{i % 5}] request {i} took {i * 31 % 977} ms\n" for i in range(300)))
write("config.ini", "[server]\nhost = localhost\nport = 8080\n\n[paths]\nroot = /srv\ndata = %(root)s/data\n")
write("config.toml", 'title = "demo"\n[owner]\nname = "Ann"\nborn = 1979-05-27T07:32:00Z\n[[item]]\nid = 1\n[[item]]\nid = 2\n')
write("doc.xml", '<?xml version="1.0"?><shop><item sku="a1"><name>Pen</name><price>1.5</price></item><item sku="b2"><name>Ink</name><price>12</price></item></shop>')
write("page.html", "<html><body><h1>Title</h1><ul><li><a href='/a'>A</a><li><a href='/b?x=1&amp;y=2'>B</a></ul></body></html>")
write("text.txt", "It was the best of times, it was the worst of times,\nit was the age of wisdom, it was the age of foolishness,\nnaïve café — Ωmega\n" * 3)
write("src/app/__init__.py", "")
write("src/app/core.py", 'import os, sys\nfrom .util import old_name, helper\n\n\nclass Core:\n    """The core."""\n\n    def run(self, n):\n        # TODO: faster\n        return old_name(n) + helper(n)\n\n\ndef main(argv=None):\n    print(Core().run(3))\n')
write("src/app/util.py", "def old_name(x):\n    return x * 2\n\n\ndef helper(x, y=1):\n    if x > 2:\n        return old_name(x) + y\n    return y\n\n\nunused = 1\n")
write("src/tests/test_util.py", "import unittest\nfrom app.util import old_name, helper\n\n\nclass Test(unittest.TestCase):\n    def test_old(self):\n        self.assertEqual(old_name(2), 4)\n\n    def test_helper(self):\n        self.assertEqual(helper(3), 7)\n")
write("README.md", "# Demo\n\nSome *text*.\n\n## Use\n\n```sh\nrun it\n```\n\n- one\n- two\n")
