"""What travels: a job, and the answer to it, as text that any carrier takes.

A job names nobody and holds no secret: bytes that were handed in, and the key from which their
inputs follow. What all jobs share (rules, limits, versions) is a `Setup`, sent once a grader.
"""

import base64
import dataclasses
import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from mlpteach.grading.course.graded_notebook import as_notebook, as_text
from mlpteach.grading.deciding.environment import differences, environment
from mlpteach.grading.deciding.rules import Rules
from mlpteach.grading.grade import Work, grade
from mlpteach.grading.isolation.sandbox import NO_SANDBOX, Limits


@dataclass(frozen=True)
class Setup:
    """What all jobs of a run share.

    Attributes
    ----------
    rules : dict of str to Rules
        By their digest.
    limits : Limits
    without_sandbox : bool
    environment : dict of str to str
        The versions that are asked for.
    """

    rules: dict[str, Rules]
    limits: Limits
    without_sandbox: bool = False
    environment: dict[str, str] = dataclasses.field(default_factory=environment)

    @property
    def isolation(self):
        """What is asked for: NO_SANDBOX, or None for the best sandbox that works there."""
        return NO_SANDBOX if self.without_sandbox else None

    def to_text(self):
        """Return it as it travels."""
        about = {
            "environment": self.environment,
            "limits": dataclasses.asdict(self.limits),
            "without_sandbox": self.without_sandbox,
            "rules": {digest: _rules_to_plain(rules) for digest, rules in self.rules.items()},
        }
        return json.dumps(about, sort_keys=True)

    @property
    def digest(self):
        """One number for all of it."""
        return hashlib.sha256(self.to_text().encode()).hexdigest()


class OtherVersion(Exception):
    """Other versions are installed here than are asked for."""


def read_setup(text):
    """Return the Setup that travelled as `text`.

    Raises
    ------
    OtherVersion
    """
    about = json.loads(text)
    other = differences(about["environment"])
    if other:
        raise OtherVersion(f"another version: {other}")
    rules = {digest: _rules_from_plain(plain) for digest, plain in about["rules"].items()}
    limits = Limits(**about["limits"])
    return Setup(rules, limits, about["without_sandbox"], about["environment"])


def _rules_to_plain(rules):
    return vars(rules) | {"files": _to_text(rules.files), "digest": None}


def _rules_from_plain(plain):
    fields = {field.name: plain[field.name] for field in dataclasses.fields(Rules)}
    return Rules(**fields | {"files": _to_bytes(plain["files"])})


def _to_text(files):
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def _to_bytes(files):
    return {name: base64.b64decode(text) for name, text in files.items()}


def write_job(works):
    """Return one student's submission as a job.

    Parameters
    ----------
    works : dict of str to (Work, str)
        Notebook -> what is to be graded, and the digest of what was handed in.
    """
    notebooks = [
        {
            "name": name,
            "rules": work.rules.digest,
            "handed_in": base64.b64encode(work.handed_in).decode(),
            "digest": digest,
            "unreadable": work.unreadable,
            "key": work.key.hex(),
        }
        for name, (work, digest) in works.items()
    ]
    files = next(iter(works.values()))[0].files
    return json.dumps({"notebooks": notebooks, "files": _to_text(files)})


def answer_job(job, setup, sandbox):
    """Grade a job and return the answer, whatever happens to the notebook.

    Where the sandbox fails for good, it is graded once more in the next best.

    Parameters
    ----------
    job : str
        From :func:`write_job`.
    setup : Setup
    sandbox : mlpteach.grading.isolation.sandbox.Sandbox
        A settled one.

    Raises
    ------
    mlpteach.grading.isolation.no_sandbox.NoSandbox
        There is no next best: nothing can be graded here any more.
    """
    answer = _answer(job, setup, sandbox)
    if sandbox.settled:
        return answer
    sandbox.settle()
    return _answer(job, setup, sandbox) if json.loads(answer)["failed"] else answer


def _answer(job, setup, sandbox):
    began = time.monotonic()
    about: dict[str, Any] = {"failed": ""}
    try:
        about["notebooks"] = _grade(json.loads(job), setup, sandbox)
    except Exception as error:  # a reason in the report; the next job is graded
        said = str(error).splitlines() or [""]
        about["failed"] = f"{type(error).__name__}: {said[0][:300]}"
    about["seconds"] = time.monotonic() - began
    return json.dumps(about)


def failed(reason):
    """Return the answer to a job that could not be graded."""
    return json.dumps({"failed": reason, "seconds": 0.0})


def _grade(about, setup, sandbox):
    files = _to_bytes(about["files"])
    return [_grade_notebook(one, files, setup, sandbox) for one in about["notebooks"]]


def _grade_notebook(about, files, setup, sandbox):
    rules = setup.rules[about["rules"]]
    data, key = base64.b64decode(about["handed_in"]), bytes.fromhex(about["key"])
    graded = grade(Work(rules, data, key, files, about["unreadable"]), sandbox)
    return {
        "name": about["name"],
        "scores": graded.scores,
        "comments": graded.comments,
        "answered": graded.answered,
        "answered_as": graded.answered_as,
        "notes": len([each for each in (graded.notes, graded.for_staff) if each]),
        "text": graded_text(as_notebook(graded, about["digest"], rules.digest)),
    }


def graded_text(notebook):
    """Return a graded notebook as it stands in its file.

    Raises
    ------
    nbformat.ValidationError
    UnicodeEncodeError
    """
    text = as_text(notebook)
    text.encode()
    return text
