"""Numbers that an answer may agree with, and what is said then."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """A value with room around it, or a range.

    Attributes
    ----------
    right : bool
    value : float
    low, high : float
        Both ends count; either may be infinite.
    why : str
    id : str
        Of the known mistake, "" where it is none.
    """

    right: bool
    value: float
    low: float
    high: float
    why: str
    id: str = ""

    def agrees(self, given):
        return self.low <= given <= self.high

    def as_tolerance(self):
        """Return (center, room): the range for systems that compute its ends from these.

        It holds nothing that the range does not hold.
        """
        middle = self.low / 2 + self.high / 2
        room, room_of_middle = self._room(self.value), self._room(middle)
        if room_of_middle > room * (1 + 1e-6):
            return middle, room_of_middle
        return self.value, room

    def _room(self, center):
        room = max(min(center - self.low, self.high - center), 0.0)
        while room and (center - room < self.low or center + room > self.high):
            room = math.nextafter(room, 0.0)
        return room


def right_first(known):
    """Return known numbers, the right ones first, unless a wrong one before them holds more.

    Canvas takes the first range for the key.
    """
    for i, one in enumerate(known):
        if one.right and any(
            k.low <= one.high and one.low <= k.high for k in known[:i] if not k.right
        ):
            return list(known)
    return sorted(known, key=lambda one: not one.right)


def around(value, room):
    """Return the ends of what lies so near to a value, with a little more for its last digit.

    Examples
    --------
    >>> around(0.25, 0.0)
    (0.25, 0.25)
    """
    room *= 1 + 1e-9
    return value - room, value + room
