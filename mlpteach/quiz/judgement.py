"""What is said about an answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Judgement:
    """The verdict on one answer.

    Attributes
    ----------
    fraction : float
        0 … 1 of the points.
    message : str
        The explanation, as the questions' texts are written.
    mistake : str
        Id of the known mistake, "" where none was recognised.
    understood : bool
        False where the answer has no meaning here (empty, unknown names …): nothing is wrong yet.
    """

    fraction: float
    message: str
    mistake: str = ""
    understood: bool = True

    @property
    def right(self) -> bool:
        return self.fraction == 1.0


def not_understood(why: str) -> Judgement:
    """Return the judgement on an answer that has no meaning; `why` says what is amiss."""
    return Judgement(0.0, f"This could not be read: {why}.", understood=False)
