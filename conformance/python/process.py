# --- run captures output
import subprocess
r = subprocess.run(["echo", "hi there"], capture_output=True, text=True)
print(r.returncode, repr(r.stdout), repr(r.stderr), r.args)
# --- shell pipeline
import subprocess
print(subprocess.check_output("sort -t, -k6 -n sales.csv | tail -n 3 | cut -d, -f1,6", shell=True, text=True))
# --- pipe two processes
import subprocess
a = subprocess.Popen(["cat", "text.txt"], stdout=subprocess.PIPE)
b = subprocess.Popen(["wc", "-l"], stdin=a.stdout, stdout=subprocess.PIPE, text=True)
a.stdout.close()
print(b.communicate()[0].strip(), a.wait(), b.returncode)
# --- input and communicate
import subprocess
print(subprocess.run(["tr", "a-z", "A-Z"], input="shout", text=True, capture_output=True).stdout)
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(p.communicate(b"x" * 200000)[0] == b"x" * 200000, p.poll())
# --- failing command raises
import subprocess
try: subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as e: print(e, e.returncode)
subprocess.check_call("exit 5", shell=True)
# --- command not found
import subprocess
subprocess.run(["no-such-command", "x"])
# --- stderr to stdout
import subprocess
print(subprocess.run("echo out; echo err >&2; exit 2", shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
print(subprocess.run("echo lost >&2", shell=True, stderr=subprocess.DEVNULL).returncode)
# --- timeout kills
import subprocess
try: subprocess.run(["sleep", "5"], timeout=0.2)
except subprocess.TimeoutExpired as e: print(e)
# --- cwd and env
import subprocess, os
print(subprocess.run("pwd | sed 's#.*/##'; echo $A-$B", shell=True, cwd="src", env={**os.environ, "A": "1"}, capture_output=True, text=True).stdout)
# --- signals and terminate
import subprocess, signal
p = subprocess.Popen(["sleep", "10"]); p.terminate(); print(p.wait(), -signal.SIGTERM)
p = subprocess.Popen(["sleep", "10"]); p.kill(); print(p.wait())
# --- read output lines as they come
import subprocess
with subprocess.Popen("for i in 1 2 3; do echo line $i; done", shell=True, stdout=subprocess.PIPE, text=True) as p:
    for line in p.stdout: print("got", line.rstrip())
print(p.returncode)
# --- python runs python
import subprocess, sys
r = subprocess.run([sys.executable, "-c", "import sys; print(sys.argv[1:], sys.stdin.read()); sys.exit(4)", "a", "b c"], input="in", capture_output=True, text=True)
print(r.stdout, r.returncode)
r = subprocess.run([sys.executable, "-"], input="print(6*7)", capture_output=True, text=True); print(r)
# --- os.system and popen
import os, sys
sys.stdout.flush()
print(os.system("exit 3"), os.waitstatus_to_exitcode(os.system("exit 3")), os.popen("echo popen; exit 1").read())
f = os.popen("exit 2"); print(f.close())
# --- redirect to files
import subprocess
with open("out.txt", "w") as o, open("text.txt") as i:
    subprocess.run(["head", "-n", "1"], stdin=i, stdout=o, check=True)
print(open("out.txt").read())
# --- grep and sed from python
import subprocess
out = subprocess.run(["grep", "-rn", "old_name", "src"], capture_output=True, text=True).stdout
print("\n".join(sorted(out.splitlines())))
subprocess.run(["sed", "-i", "s/old_name/new/g", "src/app/util.py"], check=True)
print(open("src/app/util.py").readline())
# --- which and shell scripts
import shutil, os, subprocess
print(os.path.basename(shutil.which("ls")), shutil.which("no-such"))
open("s.sh", "w").write("#!/bin/sh\necho \"arg $1\"; exit 7\n"); os.chmod("s.sh", 0o755)
print(subprocess.run(["./s.sh", "x"], capture_output=True, text=True))
os.chmod("s.sh", 0o644); subprocess.run(["./s.sh"])
# --- shebang python script
import os, subprocess
open("p", "w").write("#!/usr/bin/env python3\nimport sys\nprint('script', sys.argv[1:])\n"); os.chmod("p", 0o755)
print(subprocess.check_output(["./p", "1"], text=True))
# --- pipes by hand
import os
r, w = os.pipe(); os.write(w, b"data"); os.close(w); print(os.read(r, 10), os.read(r, 10)); os.close(r)
a = os.dup(1); os.write(a, b"to stdout\n"); os.close(a); print(os.isatty(1), os.getpid() > 0)
# --- exit statuses
import subprocess, sys
for code in ("pass", "import sys; sys.exit(3)", "import sys; sys.exit('msg')", "1/0", "import os; os._exit(9)", "raise SystemExit", "raise KeyError('k')", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "x = = 1"):
    r = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True); print(r.returncode, r.stderr.splitlines()[-1:])
# --- many short processes
import subprocess
print(sum(int(subprocess.check_output(["expr", str(i), "+", "1"])) for i in range(10)))
# --- getoutput and list2cmdline
import subprocess
print(subprocess.getstatusoutput("echo a; exit 1"), subprocess.getoutput("printf x"), subprocess.list2cmdline(["a b", 'c"d']))
# --- children start where the program is
import os, subprocess, sys
os.mkdir("d"); os.chdir("d")
open("s.py", "w").write("import os; print(os.path.basename(os.getcwd()), sorted(os.listdir()))")
print(subprocess.check_output(["ls"], text=True), os.popen("ls").read())
print(subprocess.check_output([sys.executable, "s.py"], text=True, env={**os.environ, "PWD": "/"}))
print(subprocess.check_output([sys.executable, "d/s.py"], text=True, cwd=".."))
print(subprocess.check_output([sys.executable, "-c", "import os; print(os.path.basename(os.getcwd()))"], text=True, env={}))
# --- development mode
import subprocess, sys
r = subprocess.run([sys.executable, "-X", "dev", "-c", "import sys; print(sys.flags.dev_mode); open('x', 'w')"], capture_output=True, text=True)
print(r.returncode, r.stdout, "ResourceWarning" in r.stderr)
