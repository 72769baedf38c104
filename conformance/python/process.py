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
# --- exec becomes another program
import os, subprocess, sys
def run(code, **more):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, **more)
    print(done.returncode, repr(done.stdout), done.stderr.splitlines()[-1:])
run("import os; os.execvp('sh', ['sh', '-c', 'echo $0 $A; exit 5'])", env={**os.environ, "A": "of the environment"})
run("import os; os.execve('/bin/sh', ['name', '-c', 'echo $0 $A'], {'A': 'given'})")
run("import os; os.execl('/bin/sh', 'sh', '-c', 'kill -9 $$')")
run("import os; os.execv('/nope', ['a'])")
run("import os; os.execv('/bin/sh', [])")
# --- posix_spawn and spawn
import os, sys
def wait(pid):
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
sys.stdout.flush()
wait(os.posix_spawn("/bin/echo", ["echo", "spawned"], os.environ))
open("in.txt", "w").write("text\n")
actions = [(os.POSIX_SPAWN_OPEN, 0, "in.txt", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "out.txt", os.O_WRONLY | os.O_CREAT, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
wait(os.posix_spawnp("sh", ["sh", "-c", "cat; echo error >&2; exit 3"], os.environ, file_actions=actions))
print(open("out.txt").read())
for start in (lambda: os.posix_spawn("/nope", ["x"], {}), lambda: os.posix_spawnp("nope", ["x"], {})):
    try: start()
    except OSError as error: print(type(error).__name__, error)
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 4"), os.spawnv(os.P_WAIT, "/nope", ["x"]))
wait(os.spawnvpe(os.P_NOWAIT, "sh", ["sh", "-c", "exit $N"], {**os.environ, "N": "6"}))
# --- handlers of signals from others
import os, signal, subprocess, sys, time
def start(code):
    child = subprocess.Popen([sys.executable, "-c", "import signal, sys, time\n" + code], stdout=subprocess.PIPE, text=True)
    print(child.stdout.readline().strip())
    time.sleep(0.1)
    return child
child = start("signal.signal(signal.SIGTERM, lambda n, f: sys.exit(7))\nprint('ready', flush=True)\nwhile True: pass")
child.terminate()
print(child.wait())
child = start("signal.signal(signal.SIGUSR1, lambda n, f: print('usr1', flush=True))\nprint('ready', flush=True)\ntime.sleep(0.6)\nprint('slept')")
child.send_signal(signal.SIGUSR1)
print(child.stdout.read(), child.wait())
child = start("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', flush=True)\ntime.sleep(0.4)\nprint('there still')")
child.terminate()
print(child.stdout.read(), child.wait())
child = start("print('ready', flush=True)\nwhile True: pass")
os.kill(child.pid, signal.SIGTERM)
print(child.wait())
try: os.kill(999999, 0)
except ProcessLookupError as error: print(error)
# --- groups of processes
import os, signal, subprocess
child = subprocess.Popen(["sleep", "5"], start_new_session=True)
print(os.getpgid(child.pid) == child.pid, os.getpgid(0) == os.getpgrp())
os.killpg(os.getpgid(child.pid), signal.SIGTERM)
print(child.wait())
# --- alarms and timers
import signal, subprocess, time
class Late(Exception): pass
def late(number, frame): raise Late
signal.signal(signal.SIGALRM, late)
def within(seconds, work):
    start = time.time()
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try: work()
    except Late: print("late", time.time() - start < seconds + 0.5)
def spin():
    while True: time.time()
within(0.2, spin)
within(0.2, lambda: time.sleep(5))
within(0.2, lambda: subprocess.run(["sleep", "5"]))
signal.alarm(7); time.sleep(0.1)
print(signal.alarm(0))
rung = []
signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
end = time.time() + 0.6
while len(rung) < 4 and time.time() < end: time.sleep(0.01)
print(len(rung) >= 4, signal.setitimer(signal.ITIMER_REAL, 0)[1])
print(subprocess.run(["python3", "-c", "import signal; signal.alarm(1)\nwhile True: pass"]).returncode)
# --- inherited descriptors
import os, subprocess
read, write = os.pipe()
print(os.get_inheritable(write))
os.set_inheritable(write, True)
print(os.get_inheritable(write), os.get_inheritable(read))
subprocess.run(f"echo given >&{write}", shell=True, executable="/bin/bash", close_fds=False)
subprocess.run(f"echo passed >&{write}", shell=True, executable="/bin/bash", pass_fds=[write])
os.close(write)
print(os.read(read, 100))
# --- a pipe that nobody reads
import subprocess
print(subprocess.run("python3 -c 'print(\"x\" * 2000000)' | head -c 3; echo ${PIPESTATUS[0]}", shell=True, executable="/bin/bash", capture_output=True, text=True))
print(subprocess.run("yes | head -1; echo ${PIPESTATUS[0]}", shell=True, executable="/bin/bash", capture_output=True, text=True))
# --- asyncio subprocesses
import asyncio, sys
async def main():
    child = await asyncio.create_subprocess_exec("tr", "a-z", "A-Z", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(await child.communicate(b"loud"), child.returncode)
    several = await asyncio.gather(*(asyncio.create_subprocess_shell(f"exit {n}") for n in range(3)))
    print([await each.wait() for each in several])
    child = await asyncio.create_subprocess_exec("sleep", "5")
    try: await asyncio.wait_for(child.wait(), 0.2)
    except asyncio.TimeoutError: child.kill()
    print(await child.wait())
asyncio.run(main())
# --- threads and pools one after another
import concurrent.futures, threading
done = []
threads = [threading.Thread(target=done.append, args=(n,)) for n in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(done, threading.active_count())
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda n: n * n, range(5))))
    failed = pool.submit(lambda: 1 / 0)
    print(repr(failed.exception()))

# --- KeyboardInterrupt wherever SIGINT comes
import signal, subprocess, sys
def interrupted(code):
    child = subprocess.Popen([sys.executable, "-c", "import re, subprocess, sys, time\ntry:\n    print('ready', flush=True)\n    " + code],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    print(child.wait(), repr(child.stdout.read()), child.stderr.read().splitlines()[-1:])
    child.stdin.close()
for what in ("time.sleep(10)", "while True: pass", "sys.stdin.read()", "sum(x * x for x in range(10 ** 9))", "subprocess.run(['sleep', '10'])", "re.match('(a+)+$', 'a' * 40 + 'b')", "for i in range(10 ** 9): repr(i)"):
    interrupted(what + "\nexcept KeyboardInterrupt: print('caught')")
    interrupted(what + "\nfinally: pass")
# --- SIGINT that is handled, ignored, taken back
import signal, subprocess, sys
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
child = subprocess.Popen([sys.executable, "-c", "import signal, time\nsignal.signal(2, signal.SIG_IGN)\nprint('ready', flush=True)\ntime.sleep(0.3)\nprint('there still')"], stdout=subprocess.PIPE, text=True)
child.stdout.readline(); child.send_signal(signal.SIGINT); print(child.stdout.read(), child.wait())
signal.signal(signal.SIGINT, lambda number, frame: print("handled", number))
signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("raised")
