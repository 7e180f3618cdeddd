"""How a formula was changed, and what may be put into one."""

from dataclasses import dataclass

from mlpteach.exercise.readback.expression import Node, at_place, replaced

TINY = 1e-4  # an eps, which is less, has no place that could be seen


class Edit:
    """A changed formula; it is put together only when it is asked for.

    Parameters
    ----------
    family : str
        What kind of slip, a key of ``words.FAMILIES``.
    put : Node
        What stands at the place; the whole changed formula where no place is given.
    old, new : Node
        The part that is changed, and into what.
    place : tuple of int, or Node
        Of the part, as in :func:`mlpteach.exercise.readback.expression.places`; the part itself
        where it is changed everywhere.
    model : Node, optional
        The formula that is changed there.
    one : str
        Of two slips at once, what kind one of them is.
    """

    __slots__ = ("family", "model", "new", "old", "one", "place", "put")

    def __init__(self, family, put, old, new, place=(), model=None, one=""):
        self.family, self.put, self.old, self.new = family, put, old, new
        self.place, self.model, self.one = place, model, one

    @property
    def formula(self):
        """The changed formula."""
        if isinstance(self.place, Node):
            return replaced(self.model, {self.place: self.put})
        return at_place(self.model, self.place, self.put) if self.place else self.put

    def called(self, family):
        """Return the same edit as a slip of another family."""
        return Edit(family, self.put, self.old, self.new, self.place, self.model)


@dataclass(frozen=True)
class Parts:
    """What a slip may put into a formula.

    Attributes
    ----------
    arrays, scalars : tuple of Node
        Arguments, quantities returned before and hidden lines.
    inputs : tuple of Node
        The arrays that the function doesn't go on from, such as a gradient.
    counter : Node, optional
        The argument that counts updates.
    defaults : tuple of (Node, float)
        Scalars that have a default, and it.
    """

    arrays: tuple
    scalars: tuple
    inputs: tuple = ()
    counter: Node | None = None
    defaults: tuple = ()

    @property
    def all(self):
        """Arrays, then scalars."""
        return (*self.arrays, *self.scalars)
