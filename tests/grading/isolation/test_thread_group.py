"""A control group holds a notebook's threads, wherever a group can be made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpteach.grading.isolation import thread_group

# As the kernel tells it (cgroups(7)): of a session under systemd, and of version 1.
UNIFIED = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/lab.scope\n"
BOTH = "8:pids:/course\n4:memory:/course\n0::/\n"
MANY_THREADS = """
import os, sys, threading
os.write(int(sys.argv[1]), b"0")
gate, begun = threading.Event(), 0
try:
    for _ in range(400):
        threading.Thread(target=gate.wait, daemon=True).start()
        begun += 1
except RuntimeError:
    pass
print(begun)
"""


@pytest.fixture
def group():
    folder = thread_group.make_group()
    if folder is None:
        pytest.skip("no control group can be made here")
    yield folder
    thread_group.remove_group(folder)
    assert not folder.exists()


def test_more_threads_than_a_notebook_may_have_are_refused(group):
    with open(thread_group.open_group(group), "wb", buffering=0) as joining:
        done = subprocess.run(
            [sys.executable, "-c", MANY_THREADS, str(joining.fileno())],
            pass_fds=[joining.fileno()],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert int(done.stdout) == thread_group.MOST_THREADS - 1, done.stderr  # and the first


def test_a_group_is_sought_in_both_versions_in_its_own_and_beside_it():
    def found(own):
        return [str(each) for each in thread_group._candidates(own)]

    slice_ = "user.slice/user-1000.slice/user@1000.service/app.slice"
    assert found(UNIFIED) == [
        f"/sys/fs/cgroup/{slice_}/lab.scope",
        f"/sys/fs/cgroup/{slice_}",
        f"/sys/fs/cgroup/unified/{slice_}/lab.scope",
        f"/sys/fs/cgroup/unified/{slice_}",
    ]
    assert found(BOTH) == [
        "/sys/fs/cgroup/pids/course",
        "/sys/fs/cgroup/pids",
        "/sys/fs/cgroup",
        "/sys/fs/cgroup/unified",
    ]


def test_only_what_a_killed_grader_left_long_ago_is_removed(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = {
        "old": f"mlpteach-{ended.pid}-old",
        "new": f"mlpteach-{ended.pid}-new",
        "mine": f"mlpteach-{os.getpid()}-old",
        "another's": "somebody-1-old",
    }
    for name in names.values():
        Path(tmp_path, name).mkdir()
        if name.endswith("old"):
            os.utime(tmp_path / name, (0, 0))
    thread_group._remove_left_behind(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == set(names.values()) - {names["old"]}


def test_where_no_group_can_be_made_the_report_says_what_holds(monkeypatch):
    monkeypatch.setattr(thread_group, "_parents", list)
    monkeypatch.setattr(thread_group, "_can_be_had", lambda: False)
    assert thread_group.make_group() is None
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert thread_group.described().startswith("threads not limited: no control group can be made")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "128 processes and threads of this user" in thread_group.described()
