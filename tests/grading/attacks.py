"""Attacks on the grading, as the cells of wrong solutions; each says ESCAPED where it got through.

A solution here is wrong in both functions, so that any point at all is a point too many.
"""

WRONG = {
    "moment": "def first_moment(M, G, beta1=0.9):\n    return M * 0",
    "step": "def step(W, M):\n    return W * 0",
}

_LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
_TOUCH = """
for path in {paths}:
    try:
        open(path, "w").write("x")
        print("ESCAPED", path)
    except OSError:
        pass
"""

# Attacks on the mark: how the code that runs beside the tests might decide them.
ON_THE_MARK = {
    "input transformer": """
        def nothing(lines):
            return ["pass\\n"]
        get_ipython().input_transformers_post.append(nothing)
        get_ipython().input_transformers_cleanup.append(nothing)""",
    "AST transformer": """
        import ast
        class Pass(ast.NodeTransformer):
            def visit_Module(self, node):
                node.body = []
                return node
        get_ipython().ast_transformers.append(Pass())""",
    "run_cell replaced": """
        shell = get_ipython()
        shell.run_cell = lambda *a, **k: type("R", (), dict(
            success=True, error_before_exec=None, error_in_exec=None, result=100.0))()
        shell.run = lambda source, seconds: ([{"output_type": "execute_result",
            "data": {"text/plain": "100.0"}}], "ok")""",
    "comparison rebound": """
        import numpy as np
        np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
        np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None""",
    "import the reference": """
        import mlpteach, importlib, sys
        for finder in list(sys.meta_path):
            if "stand_in" in type(finder).__module__:
                sys.meta_path.remove(finder)
        for name in [n for n in sys.modules if n.startswith("mlpteach")]:
            del sys.modules[name]
        for name in ("mlpteach.rules", "mlpteach.exercise", "nbgrader", "torch"):
            try:
                module = importlib.import_module(name)
                if getattr(module, "__file__", None):
                    print("ESCAPED", module)
            except ImportError:
                pass""",
    "equal to everything": """
        class Yes:
            def __eq__(self, other): return True
            def __array__(self, dtype=None, copy=None): raise TypeError
            def __bool__(self): return True
            def __abs__(self): return 0
            def __sub__(self, other): return self
            __rsub__ = __sub__
            def __lt__(self, other): return True
            __le__ = __gt__ = __ge__ = __lt__
            shape, dtype = (2, 3), float
        first_moment = step = lambda *a, **k: Yes()""",
    "__array_function__": """
        import numpy as np
        class Agrees(np.ndarray):
            def __array_function__(self, func, types, args, kwargs): return True
            def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.True_
            def __eq__(self, other): return np.True_
        first_moment = lambda M, G, beta1=0.9: (M * 0).view(Agrees)
        step = lambda W, M: (W * 0).view(Agrees)""",
    "pickle": """
        class Bomb:
            def __reduce__(self): return (print, ("ESCAPED",))
        first_moment = step = lambda *a, **k: [Bomb(), {"x": Bomb()}, Bomb]""",
    "object array": """
        import numpy as np
        class Any:
            def __eq__(self, other): return True
        first_moment = step = lambda *a, **k: np.array([[Any()] * 3] * 2, dtype=object)""",
    "not a number": """
        import numpy as np
        first_moment = lambda M, G, beta1=0.9: np.full_like(M, np.nan)
        step = lambda W, M: np.full_like(W, np.inf)""",
    "huge reply": """
        import numpy as np
        first_moment = lambda *a, **k: np.zeros(2 * 10**7)
        step = lambda *a, **k: [0.0] * 10**6""",
    "huge numbers": """
        first_moment = lambda *a, **k: 10 ** 100_000
        step = lambda *a, **k: [-(10 ** 5000), 1e308 * 10]""",
    "a text in a long list": """
        first_moment = lambda *a, **k: ["x" * 2_000_000] + [""] * 10_000
        step = lambda *a, **k: [["x" * 2_000_000] * 3] * 1000""",
    "arrays that share their bytes": """
        import os, struct
        array = '{"array": ["<f8", [1000000], 0]}'
        many = ", ".join([array] * 10_000).encode()
        head = b'{"tuple": [' + many + b']}'
        def send(*a, **k):
            os.write(3, struct.pack("!II", len(head), 8_000_000) + head)
            for _ in range(80): os.write(3, b"0" * 100_000)
        first_moment = step = send""",
    "reply without end": """
        deep = []
        for _ in range(10**5): deep = [deep]
        loop = []
        loop.append(loop)
        first_moment = lambda *a, **k: deep
        step = lambda *a, **k: loop""",
    "the worker's own code changed": """
        import sys
        worker, frames = sys.modules["inside.worker"], sys.modules["inside.frames"]
        send = frames.send
        def lie(sock, message):
            message |= {"fraction": 1.0, "passed": True, "points": 100, "value": True}
            send(sock, message)
        frames.send = worker.frames.send = lie""",
    "forged frames": """
        import json, os, socket, struct
        def forge():
            for number in range(200):
                for reply in ({"number": number, "value": True, "error": "", "after": []},
                              {"number": number, "fraction": 1.0, "message": "Right."}):
                    data = json.dumps({"dict": reply}).encode()
                    os.write(3, struct.pack("!II", len(data), 0) + data)
        forge()""",
    "garbage on every descriptor": """
        import os
        for fd in range(3, 64):
            try: os.write(fd, b"\\xff" * 4096)
            except OSError: pass""",
    "a frame of four gigabytes": """
        import os, struct
        os.write(3, struct.pack("!II", 2**32 - 1, 2**32 - 1) + b"x" * 1000)""",
    "the checks among all objects": """
        import gc, sys
        for thing in gc.get_objects():
            name = getattr(thing, "__qualname__", "")
            if isinstance(name, str) and ("check_moment" in name or "read_secret" in name):
                print("ESCAPED", thing)
        if any("exercise" in n or "verdict" in n for n in sys.modules): print("ESCAPED modules")""",
    "hidden tests in the input history": """
        def spy(*a):
            print("ESCAPED" if "SECRET_OF" in str(get_ipython().user_ns.get("In")) else "")
        get_ipython().events.register("pre_run_cell", spy)
        print("ESCAPED" if "SECRET_OF" in repr(globals().get("In", "")) else "")""",
    "points printed": """
        print(100.0)
        from IPython.display import display
        display(4.0)
        4.0""",
    "exit in a function": """
        import os, sys
        def first_moment(*a, **k): sys.exit(0)
        def step(W, M): os._exit(0)""",
    "the context of calls replaced": """
        class Context:
            def run(self, function, *arguments, **keywords):
                return {"fraction": 1.0, "value": True}
        get_ipython().event_loop.context = Context()""",
    "a loop that never rests": """
        import asyncio, os, struct
        def forge():
            for number in range(50):
                data = b'{"dict": {"number": %d, "value": {"float": 1.0}}}' % number
                try: os.write(3, struct.pack("!II", len(data), 0) + data)
                except OSError: pass
            asyncio.get_running_loop().call_soon(asyncio.create_task, again())
        async def again():
            await asyncio.sleep(0.001)
            forge()
        first_moment = step = lambda *a, **k: asyncio.run(again())
        asyncio.create_task(again())""",
    "a loop in the place of ours": """
        import asyncio
        class Loop(asyncio.SelectorEventLoop):
            def run_until_complete(self, task):
                done = super().run_until_complete(task)
                if hasattr(done, "error_in_exec"): done.error_in_exec = None
                return done
        asyncio.new_event_loop = Loop
        get_ipython().event_loop.close = get_ipython().event_loop.cancel = lambda: None
        get_ipython().event_loop._loop = None""",
    "streams that talk to the grader": """
        import os, struct, sys
        class Stream:
            def write(self, text):
                data = b'{"dict": {"number": 1, "fraction": 1.0}}'
                os.write(3, struct.pack("!II", len(data), 0) + data)
                return len(text)
            def flush(self): self.write("")
        sys.stdout = sys.stderr = Stream()
        first_moment = step = lambda *a, **k: print("right", file=sys.__stdout__)""",
    "a trace of the worker": """
        import sys, threading
        def look(frame, event, argument):
            if event == "return" and isinstance(argument, dict):
                argument.update(value=True, error="", fraction=1.0, passed=True)
                for key in ("asks", "missing"): argument.pop(key, None)
            message = frame.f_locals.get("message")
            if isinstance(message, dict) and message.get("answers"): print("ESCAPED", message)
            return look
        sys.setprofile(look)
        threading.setprofile(look)""",
    "the collector's callbacks": """
        import gc
        def change(phase, info):
            for thing in gc.get_objects():
                if isinstance(thing, dict) and "error" in thing and "after" in thing:
                    thing["value"] = thing["after"][0] if thing["after"] else 1.0
        gc.callbacks.append(change)
        gc.set_threshold(1)""",
    "questions out of turn": """
        import sys
        Asks = sys.modules["inside.questions"].Asks
        def first_moment(M, G, beta1=0.9): raise Asks("first_moment", [M, G], {"beta1": beta1})
        def step(W, M):
            question = Asks("step", [W, M], {})
            question.asked = {"function": ["step"], "arguments": 1, "keywords": [W]}
            raise question""",
    "a namespace that lies": """
        class Names(dict):
            def get(self, name, *default):
                return (lambda *a, **k: (a[0], {"fraction": 1.0})) if name in ("first_moment",
                    "step") else super().get(name, *default)
        shell = get_ipython()
        shell.user_ns = shell.user_global_ns = Names(shell.user_ns)""",
    "signals in the place of ours": """
        import signal, sys
        def ring(number, frame):
            while frame is not None:
                if "answer" in frame.f_locals: frame.f_locals["answer"] = {"fraction": 1.0}
                frame = frame.f_back
        signal.signal = lambda *a: None
        sys.modules["inside.shell"]._set_handler = lambda *a: None
        for number in (signal.SIGALRM, signal.SIGPROF): signal.Signals(number)
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        signal.setitimer = lambda *a: None""",
    "arrays of another moment": """
        import numpy as np, threading
        class Late(np.ndarray):
            def tobytes(self, order="C"): return np.ones(self.shape).tobytes()
            def __reduce__(self): return (np.ones, (self.shape,))
            @property
            def __array_interface__(self): return np.ones(self.shape).__array_interface__
        first_moment = lambda M, G, beta1=0.9: (M * 0).view(Late)
        def step(W, M):
            wrong = W * 0
            threading.Timer(0.001, wrong.fill, [1.0]).start()
            return wrong""",
    "modules beside the worker": """
        import os
        for name in ("json", "struct", "socket", "asyncio", "numpy", "inside", "questions"):
            with open(name + ".py", "w") as file:
                file.write("import builtins\\nbuiltins.abs = lambda *a: 0\\nprint('ESCAPED')")
        def first_moment(*a, **k): os._exit(0)
        def step(W, M):
            import json, importlib
            return importlib.reload(json)""",
}

# Attacks on the machine, on the instructor's files, and on other students.
ON_THE_MACHINE = {
    "source and gradebook": """
        import os
        for folder, _, names in os.walk("/"):
            if folder.startswith(("/usr", "/proc", "/grader")): continue
            for name in names:
                if name.endswith(("gradebook.db", ".ipynb", "-secret")):
                    print("ESCAPED", folder, name)
        for path in {course_files}:
            if os.path.exists(path): print("ESCAPED", path)""",
    "beside Python": """
        import os, sys
        for prefix in {{"/usr/local", sys.prefix, sys.base_prefix}} - {{"/usr"}}:
            try: there = os.listdir(prefix)
            except PermissionError: continue
            for name in set(there) - {{"bin", "lib", "lib64", "pyvenv.cfg"}}:
                print("ESCAPED", prefix, name)""",
    "SQL trigger": """
        import sqlite3
        try:
            db = sqlite3.connect("{root}/gradebook.db")
            db.execute("update grade set auto_score = 100")
            print("ESCAPED")
        except sqlite3.Error: pass""",
    "another student's work": """
        import glob, os
        for path in glob.glob("{root}/submitted/*/*/*") + glob.glob("../../*/*/*.ipynb"):
            print("ESCAPED", path)""",
    "startup file": """
        import os, sys, site
        home = os.path.expanduser("~")
        places = [home + "/.ipython/profile_default/startup/00.py", "/tmp/ipython/x.py",
                  site.getsitepackages()[0] + "/sitecustomize.py", sys.prefix + "/x.pth"]
        for place in places:
            try:
                os.makedirs(os.path.dirname(place), exist_ok=True)
                open(place, "w").write("raise SystemExit")
            except OSError: pass
            else:
                if not place.startswith((home, "/tmp")): print("ESCAPED", place)""",
    "left for the next student": """
        import os
        for folder in ("/tmp", "/tmp/homework", "/dev/shm", "/dev", "/var/tmp", "/run"):
            if os.path.exists(folder + "/left-behind"): print("ESCAPED", folder)
            try: open(folder + "/left-behind", "w").write("first_moment = right")
            except OSError: pass""",
    "network": """
        import socket, urllib.request
        for address in [("127.0.0.1", {port}), ("1.1.1.1", 53)]:
            try:
                socket.create_connection(address, timeout=1)
                print("ESCAPED")
            except OSError: pass
        for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_NETLINK):
            try:
                socket.socket(family, socket.SOCK_DGRAM)
                print("ESCAPED", family)
            except OSError: pass""",
    "environment": """
        import os
        if any("SECRET" in name for name in os.environ): print("ESCAPED")
        print(sorted(os.environ))""",
    "daemon": """
        import os, subprocess
        for start in (os.fork, lambda: subprocess.Popen(["sleep", "987"])):
            try:
                if start() == 0:
                    os.setsid()
                    import time
                    time.sleep(987)
                print("ESCAPED")
            except OSError: pass""",
    "fork by the C library": _LIBC
    + """
for number in (56, 57, 58, 435):
    if libc.syscall(number, 17, 0, 0, 0, 0) > 0: print("ESCAPED", number)
if libc.fork() > 0: print("ESCAPED")""",
    "kill everybody": """
        import os, signal
        for pid in (0, -1, os.getppid(), 1, 2, 3, 4, 5):
            for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
                try:
                    if pid != os.getpid(): os.kill(pid, number)
                except OSError: pass
                else:
                    if pid != os.getpid(): print("ESCAPED", pid)""",
    "limits of its own": """
        import resource, signal, os
        for which, most in ((resource.RLIMIT_CPU, 1), (resource.RLIMIT_AS, 1 << 40)):
            try:
                resource.setrlimit(which, (most, most))
                print("ESCAPED", which)
            except (OSError, ValueError): pass
        assert resource.getrlimit(resource.RLIMIT_NOFILE)
        try: os.kill(os.getpid(), signal.SIGKILL)
        except OSError: pass
        else: print("ESCAPED")""",
    "stop itself": """
        import os, signal
        os.kill(os.getpid(), signal.SIGSTOP)""",
    "processes of others": """
        import os
        for pid in [*range(1, 50), "self"]:
            for name in ("mem", "environ", "cmdline", "fd", "root"):
                if os.path.exists(f"/proc/{pid}/{name}"): print("ESCAPED", pid, name)""",
    "ptrace": _LIBC
    + """
for number in (101, 310, 311):
    for pid in (0, 1, 2, 3):
        if libc.syscall(number, 16, pid, 0, 0) >= 0: print("ESCAPED", number)""",
    "namespaces and mounts": _LIBC
    + """
if libc.unshare(0x10000000) == 0: print("ESCAPED user")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0: print("ESCAPED mount")
if libc.umount2(b"/proc", 2) == 0: print("ESCAPED umount")
for number in (161, 308, 428, 430, 425, 321, 298, 323, 319, 250):
    if libc.syscall(number, 0, 0, 0, 0, 0) >= 0: print("ESCAPED", number)""",
    "system calls of another ABI": _LIBC
    + """
libc.syscall(0x40000000 + 57)
print("ESCAPED")""",
    "inherited descriptors": """
        import os, stat
        for fd in range(3, 4096):
            try: mode = os.fstat(fd).st_mode
            except OSError: continue
            if not (stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)): print("ESCAPED", fd)""",
    "disk": """
        import os
        written = 0
        for folder in ("/tmp", ".", "/dev/shm"):
            for number in range(40):
                try:
                    with open(f"{{folder}}/big{{number}}", "wb") as file:
                        for _ in range(40):
                            file.write(b"x" * (1 << 20)); written += 1
                except OSError: break
        if written > 64: print("ESCAPED", written)
        try:
            for number in range(10**5): open(f"/tmp/n{{number}}", "w").close()
            print("ESCAPED inodes")
        except OSError: pass""",
    "memory": """
        import mmap, numpy as np
        kept = []
        try:
            for _ in range(1000):
                kept.append(np.ones(2**24))
            print("ESCAPED")
        except MemoryError: pass
        try:
            kept.append(mmap.mmap(-1, 64 << 30))
            print("ESCAPED")
        except (OSError, MemoryError): pass
        del kept""",
    "memory outside of the process": _LIBC
    + """
for number in (319, 29, 447, 64, 68, 240):
    if libc.syscall(number, b"x", 0, 1 << 30) >= 0: print("ESCAPED", number)""",
    "links": """
        import os
        os.symlink("{root}/gradebook.db", "grades")
        os.symlink("/", "all")
        for path in ("grades", "all{root}"):
            if os.path.exists(path): print("ESCAPED", path)""",
    "output without end": """
        print("x" * (200 << 20))
        while True: print("y" * 10**6)""",
    "a million outputs": """
        from IPython.display import display, HTML
        import sys
        for _ in range(10**5):
            print(1)
            print(2, file=sys.stderr)
            display(HTML("<script>ESC" + "APED()</script>"))""",
    "threads": """
        import threading, time
        try:
            for _ in range(10**4):
                threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
        except (RuntimeError, MemoryError): pass""",
    "segmentation fault": """
        import ctypes
        ctypes.string_at(0)""",
    "recursion": """
        import sys
        sys.setrecursionlimit(10**9)
        def down(n): return [down(n + 1)]
        down(0)""",
    "loop that cannot be interrupted": """
        import signal
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            try:
                while True: pass
            except BaseException: pass""",
    "blocked for ever in C": _LIBC + "\nlibc.pause()\nwhile True: libc.pause()",
    "text that cannot be written": """
        print("\\ud800\\udfff \\x00 \\x1b[31m \\u202e ")
        raise ValueError("\\ud800" * 100)""",
    "error that cannot be told": """
        class Bad(Exception):
            def __str__(self): raise RuntimeError
            __repr__ = __str__
        raise Bad""",
}

# Attacks on the secrecy of the inputs; what they say must not reach the feedback.
ON_THE_INPUTS = {
    "said in an error": """
        def first_moment(M, G, beta1=0.9): raise ValueError("LEAK " + repr(M))
        def step(W, M): raise type("LEAK" + str(W[0])[:9].replace(".", "_"), (Exception,), {})()""",
    "returned as text": """
        def first_moment(M, G, beta1=0.9): return "LEAK " + repr(M)
        def step(W, M): return type("LEAK" + str(W[0]), (), {})()""",
    "printed when called": """
        import sys
        def first_moment(M, G, beta1=0.9):
            print("LEAK", M); sys.__stdout__.write("LEAK"); sys.__stderr__.write(f"LEAK {M}")
            return M * 0""",
    "printed later by a thread": """
        import threading, time
        seen = []
        def step(W, M):
            seen.append(W.copy())
            return W * 0
        def tell():
            while True:
                time.sleep(0.01)
                if seen: print("LEAK", seen)
        threading.Thread(target=tell, daemon=True).start()""",
    "kept in a file": """
        def first_moment(M, G, beta1=0.9):
            open("leak.txt", "w").write(f"LEAK {M}")
            return M * 0
        try: print(open("leak.txt").read())
        except OSError: pass""",
}
