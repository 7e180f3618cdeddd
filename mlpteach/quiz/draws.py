"""The draws of a graded quiz: the course's secret makes them, a student's name chooses among them.

Of each question some :data:`DRAWS` are made when the assignment is generated, and stand in the
released notebook as they are shown (:mod:`mlpteach.quiz.released`), without their keys. The numbers
of a draw, the order of its choices and the run that it looks at follow from a key that only the
course has, so the installed package cannot be asked for the answers.
"""

import functools
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpteach.quiz.asked_question import AskedQuestion

DRAWS = 12  # of each question; neighbours who compare seldom have the same
LONGEST_NAME = 100
_RUNS = 2**32


def draws_key(secret: bytes, assignment: str) -> str:
    """Return the key of an assignment's draws, as hexadecimal digits.

    Parameters
    ----------
    secret : bytes
        The course's.
    assignment : str
    """
    message = f"draws of a quiz\0{assignment}"
    return hmac.new(secret, message.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


def fingerprint(key: str) -> str:
    """Return what a released notebook says of its key: it tells keys apart, and gives none away."""
    return hashlib.sha256(f"fingerprint\0{key}".encode()).hexdigest()[:16]


def decides(name: object) -> str:
    """Return what of a name decides the draws: no other spelling of it brings other ones.

    Examples
    --------
    >>> decides(" Ada-Lovelace--"), decides("--"), decides(None)
    ('adalovelace', '', '')
    """
    plain = re.sub(r"[\W_]", "", name).casefold() if isinstance(name, str) else ""
    return plain[:LONGEST_NAME]


def draw_of(id: str, name: str) -> int:
    """Return which draw of the question `id` a name is asked: 0 … DRAWS - 1."""
    digest = hashlib.sha256(f"{id}\0{decides(name)}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") % DRAWS


def asked_of(id: str, name: str, key: str = "") -> "AskedQuestion":
    """Return the question `id` as a student is asked it.

    Parameters
    ----------
    id : str
    name : str
        In any spelling: capitals, spaces and signs do not count.
    key : str
        From :func:`draws_key`; "" in a source notebook, where the name alone decides.
    """
    from mlpteach.quiz.bank import QUESTIONS  # long to read, and needed for quizzes only

    return asked_at(id, draw_of(id, name), key) if key else QUESTIONS.find(id).ask(decides(name))


@functools.lru_cache(maxsize=512)
def asked_at(id: str, draw: int, key: str) -> "AskedQuestion":
    """Return one draw of the question `id`; a question about a run looks at one of its own."""
    from mlpteach.quiz.bank import QUESTIONS

    seed = hmac.new(bytes.fromhex(key), f"{id}\0{draw}".encode(), hashlib.sha256).hexdigest()
    question = QUESTIONS.find(id)
    if "run" not in question.fields:
        return question.ask(seed)
    from mlpteach.quiz.runs import seeded_run

    return question.ask(seed, seeded_run(question.fields["run"], int(seed, 16) % _RUNS))
