/** The interpreter's descriptor for requests, a JSON line each: above those of its folders. */
export const REQUEST_FD = 97;

/** What the driver is asked to run. */
export interface DriverRequest {
  code: string;
  /** What `sys.stdin` holds. */
  stdin: string;
  /** stderr goes where stdout goes. */
  combine: boolean;
  /** Written to stdout and stderr when the code has ended; on stdout the reply follows, a JSON line. */
  marker: string;
  /** The interpreter ends with the code, and may print more after the reply. */
  last: boolean;
}

/** How the code ended. */
export interface DriverReply {
  status: number;
  /** `repr` of the last expression. */
  value?: string;
}

/**
 * The program that an interpreter of `Sandbox.python` runs, given the descriptor of its requests: a read-eval-print loop over pipes. It runs each request in one
 * `__main__`, echoes the last expression, and shows tracebacks without its own frames and without those of the library
 * below the user's.
 */
export const DRIVER = `
import sys
def _serve():
    import builtins, io, json, linecache, os, traceback, types
    requests = open(int(sys.argv[1]), "rb")
    main = types.ModuleType("__main__")
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    sys.argv[:] = [""]
    if "" not in sys.path:
        sys.path.insert(0, "")
    library = os.path.dirname(os.__file__) + "/"
    true_stderr = None
    last = []

    def show(value):
        if value is not None:
            last.append(repr(value))
            builtins._ = value
            print(last[-1])

    def split(code, name):
        import ast
        tree = ast.parse(code, name)
        if not tree.body or not isinstance(tree.body[-1], ast.Expr):
            return [(tree, "exec")]
        tail = ast.Expression(tree.body.pop().value)
        return [(tree, "exec"), (tail, "eval")] if tree.body else [(tail, "eval")]

    def run(code, name):
        for tree, mode in split(code, name):
            compiled = compile(tree, name, mode, flags=0x2000)
            value = eval(compiled, main.__dict__)
            if compiled.co_flags & 0x80:
                import asyncio
                value = asyncio.run(value)
            if mode == "eval":
                show(value)

    def trim(report, seen):
        if report is None or id(report) in seen:
            return
        seen.add(id(report))
        frames = list(report.stack)
        while frames and frames[0].filename == "<string>" and frames[0].name in ("<module>", "_serve", "status_of", "run", "split", "show"):
            frames.pop(0)
        while frames and frames[0].filename.startswith((library, "<frozen")):
            frames.pop(0)
        while len(frames) > 1 and frames[-1].filename.startswith((library, "<frozen")):
            frames.pop()
        report.stack[:] = frames
        for each in (report.__cause__, report.__context__, *(report.exceptions or ())):
            trim(each, seen)

    def explain(error):
        report = traceback.TracebackException(type(error), error, error.__traceback__)
        trim(report, set())
        print(*report.format(), sep="", end="", file=sys.stderr)

    def status_of(code, name):
        try:
            run(code, name)
            return 0
        except SystemExit as end:
            if end.code is None or isinstance(end.code, int):
                return (end.code or 0) & 255
            print(end.code, file=sys.stderr)
            return 1
        except KeyboardInterrupt as error:
            explain(error)
            return 130
        except BaseException as error:
            explain(error)
            return 1

    count = 0
    for line in requests:
        request = json.loads(line)
        count += 1
        name = f"<cell {count}>"
        code = request["code"]
        # Carets are placed by lines that end, as linecache has those of files.
        lines = [line.removesuffix("\\n") + "\\n" for line in io.StringIO(code, None)]
        linecache.cache[name] = (len(code), None, lines, name)
        sys.stdin = io.TextIOWrapper(io.BytesIO(request["stdin"].encode("utf-8", "surrogatepass")), "utf-8")
        if request["combine"]:
            try:
                true_stderr = os.dup(2)
                os.dup2(1, 2)
            except OSError:
                # Where there are no host services there are no children either that would write to it.
                sys.stderr = sys.stdout
        last.clear()
        reply = {"status": status_of(code, name)}
        if last:
            reply["value"] = last[-1]
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                pass
        os.write(1, request["marker"].encode() + json.dumps(reply).encode() + b"\\n")
        if request["last"]:
            sys.exit(reply["status"])
        sys.stderr = sys.__stderr__
        if true_stderr is not None:
            os.dup2(true_stderr, 2)
            os.close(true_stderr)
            true_stderr = None
        os.write(2, request["marker"].encode())
_serve()
`;
