"""Dask's scheduler and workers as processes, behind TLS, and ``mlpteach`` beside them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from distributed.security import Security


def wait_until(condition, seconds=120):
    """Wait until `condition()` gives something, and return it."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"nothing after {seconds} s"
        time.sleep(0.05)
    return found


def certificates(folder):
    """Write certificates; return the environment in which Dask's configuration names them."""
    made = Security.temporary()
    prefix, environment = "DASK_DISTRIBUTED__COMM__", {}
    for role in ("scheduler", "worker", "client"):
        for kind, text in made.get_tls_config_for_role(role).items():
            if kind not in ("ca_file", "cert", "key"):
                continue
            path = folder / f"{role}-{kind}.pem"
            path.write_text(text)
            name = "TLS__CA_FILE" if kind == "ca_file" else f"TLS__{role.upper()}__{kind.upper()}"
            environment[prefix + name] = str(path)
    return environment | {prefix + "REQUIRE_ENCRYPTION": "true"}


class Cluster:
    """A scheduler and its workers.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        self.workers = []
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
        # A temporary folder of the workers' own; their sandboxes need no other.
        self.environment = kept | certificates(folder) | {"DASK_TEMPORARY_DIRECTORY": str(folder)}
        self.file = folder / "scheduler.json"
        self.scheduler = self._start(
            *("scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0"),
            *("--no-dashboard", "--scheduler-file", str(self.file)),
        )
        self.address = wait_until(self._read_address)

    def _read_address(self):
        try:
            return json.loads(self.file.read_text())["address"]
        except (OSError, ValueError):  # not yet
            return None

    def start_worker(self, *arguments, **environment):
        """Start a worker and return its process, the nanny's."""
        words = ("worker", self.address, "--nthreads", "1", "--no-dashboard", *arguments)
        self.workers.append(self._start(*words, **environment))
        return self.workers[-1]

    def _start(self, *words, **environment):
        log = self.folder / f"{len(self.processes)}-{words[0]}.log"
        with open(log, "w") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                start_new_session=True,
            )
        process.log = log
        self.processes.append(process)
        return process

    def wait_for_workers(self):
        """Wait until every worker that lives has joined."""
        living = [process for process in self.workers if process.poll() is None]
        wait_until(lambda: all("Registered to" in p.log.read_text() for p in living))

    def command(self, *words):
        """Return the words of a command of mlpteach's."""
        return [sys.executable, "-m", "mlpteach.cli", *words]

    def grade(self, course, *more, **environment):
        """Grade problem set 2 on this cluster; return the finished process."""
        return subprocess.run(
            self.command("grade", "ps2_adam", "--course", str(course), *self._where(more)),
            capture_output=True,
            text=True,
            timeout=400,
            env=self.environment | environment,
        )

    def start_grading(self, course, *more):
        """The same; return the process at once."""
        return subprocess.Popen(
            self.command("grade", "ps2_adam", "--course", str(course), *self._where(more)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def _where(self, more):
        asked = any(word.startswith(("--scheduler", "--jobs", "--graders")) for word in more)
        return more if asked else ("--scheduler", self.address, *more)

    def stop(self):
        """End everything that was started here."""
        for process in self.processes[::-1]:
            if process.poll() is None:
                process.terminate()
        for process in self.processes[::-1]:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def child_of(process):
    """Return the process id of the worker under a nanny."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if f"\nPPid:\t{process.pid}\n" in status and b"spawn_main" in line:
            return int(pid)
    return None
