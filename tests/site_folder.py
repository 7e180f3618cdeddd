"""``mlpteach site`` as a reader calls it."""

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from pyodide_release import alone, release_or_skip


def write_site(folder, *options):
    """Run the command; return the finished process."""
    command = [sys.executable, "-W", "error", "-m", "mlpteach.cli", "site", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True)


def site_with_python(tmp_path_factory):
    """Return the folder of a site that wakes and has notebooks, written once for all processes."""
    pyodide = release_or_skip()
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "site-with-python" / "course"
    with alone(root / "site-with-python.lock"):
        if not folder.is_dir():
            done = write_site(folder, "--pyodide", str(pyodide))
            assert done.returncode == 0, done.stderr
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    """Serves as a static host does: what it sends may be kept for a while."""

    sent = 0

    def log_message(self, *arguments):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def copyfile(self, source, outputfile):
        type(self).sent += os.fstat(source.fileno()).st_size
        super().copyfile(source, outputfile)


def served_bytes():
    """Return how many bytes of files have been sent so far."""
    return _Quiet.sent


@contextmanager
def serve(folder):
    """Serve a folder, below a path of its own as static hosts do; yield its address."""
    handler = partial(_Quiet, directory=folder.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/{folder.name}"
        finally:
            server.shutdown()
            thread.join()
