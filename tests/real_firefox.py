"""A real Firefox, Debian's, spoken to over WebDriver BiDi; no driver is needed beside it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import websocket
from real_lab import PATIENCE, free_port, stop

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
REQUIRED = os.environ.get("MLPTEACH_REQUIRE_FIREFOX") == "1"
# No other host is reached: all but this computer goes to a proxy that is not there.
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.allow_hijacking_localhost": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
}


class Tab:
    """The one page of a Firefox."""

    def __init__(self, socket):
        self._socket, self._number = socket, 0
        self._ask("session.new", capabilities={})
        self.context = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address):
        self._ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression):
        """Return what an expression, or a promise of it, says as JSON."""
        told = self._ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self.context},
            awaitPromise=True,
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"].get("value", "null"))

    def until(self, condition):
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"never came true: {condition}"
            time.sleep(0.2)

    def _ask(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]


@contextmanager
def launch_or_skip():
    """Start a headless Firefox with a profile of its own; yield its tab.

    Without a Firefox the test is skipped, or fails where it is required.
    """
    if FIREFOX is None:
        message = "no firefox found (on Debian: apt-get install firefox-esr)"
        pytest.fail(message) if REQUIRED else pytest.skip(message)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        command = [FIREFOX, "--headless", "--no-remote", "--profile", profile]
        command += [f"--remote-debugging-port={free_port()}", "about:blank"]
        log = Path(profile) / "log.txt"
        with log.open("w") as file:
            firefox = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            address = f"{_address(firefox, log)}/session"
            socket = websocket.create_connection(
                address, timeout=PATIENCE, suppress_origin=True, http_no_proxy=["127.0.0.1"]
            )
            yield Tab(socket)
            socket.close()
        finally:
            stop(firefox)


def _address(firefox, log):
    """Return where Firefox listens, as soon as it says so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and firefox.poll() is None:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.2)
    raise RuntimeError(f"Firefox did not start:\n{log.read_text()[-2000:]}")
