"""regression.py RESULTS MODULE [ID…]: runs a module of CPython's own tests but for the cases of those ids, and writes what
each came to into the file RESULTS, a JSON record a line: {"start": id}, then {"id", "outcome", "why"}."""
import json
import sys
import traceback
import unittest

from test import support

support.use_resources = ["decimal", "subprocess"]
# The box starts programs, which CPython's WASI port does not.
support.has_subprocess_support = True
RANK = ["pass", "skip", "fail", "error"]


class Recorder(unittest.TestResult):
    def __init__(self, file):
        super().__init__()
        self.file = file
        self.outcome, self.why = "pass", ""

    def write(self, **record):
        print(json.dumps(record), file=self.file, flush=True)

    def note(self, outcome, why=""):
        if RANK.index(outcome) > RANK.index(self.outcome):
            self.outcome, self.why = outcome, str(why)

    def startTest(self, test):
        self.outcome, self.why = "pass", ""
        self.write(start=test.id())

    def stopTest(self, test):
        self.write(id=test.id(), outcome=self.outcome, why=self.why)

    def addFailure(self, test, error):
        self.failed("fail", test, error)

    def addError(self, test, error):
        self.failed("error", test, error)

    def failed(self, outcome, test, error):
        why = "".join(traceback.format_exception_only(*error[:2])).strip()[-300:]
        self.note(outcome, why)
        # A class or module whose set-up fails is no case that starts.
        if not isinstance(test, unittest.TestCase):
            self.write(id=test.id(), outcome=outcome, why=why)

    def addSkip(self, test, reason):
        self.note("skip", reason)
        if not isinstance(test, unittest.TestCase):
            self.write(id=test.id(), outcome="skip", why=reason)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.failed("fail", test, error)

    def addUnexpectedSuccess(self, test):
        self.note("fail", "unexpected success")


def cases(suite):
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from cases(each)
        else:
            yield each


def main():
    results, module, *left_out = sys.argv[1:]
    with open(results, "w", encoding="utf-8") as file:
        recorder = Recorder(file)
        try:
            suite = unittest.defaultTestLoader.loadTestsFromName(module)
        except unittest.SkipTest as skip:
            recorder.write(module=module, skipped=str(skip))
            return
        left_out = set(left_out)
        suite = unittest.TestSuite(each for each in cases(suite) if each.id() not in left_out)
        suite.run(recorder)
        recorder.write(end=module)


if __name__ == "__main__":
    main()
