"""``mlpteach site`` as a reader calls it."""

import subprocess
import sys


def write_site(folder, *options):
    """Run the command; return the finished process."""
    command = [sys.executable, "-W", "error", "-m", "mlpteach.cli", "site", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True)
