"""What to try on the cost surface of a network."""

from mlpteach.dashboards.guides import lowest
from mlpteach.player.guide import GuidedStep, at

_GD, _ADAM = "gd (lecture)", "adam (lecture)"
_COSTS = {"gradient descent": at(f"{_GD}.J"), "Adam": at(f"{_ADAM}.J")}

GUIDES = {
    "surface": (
        GuidedStep(
            "**To the end.** Adam's cost is {adam:.2f}, that of gradient descent {gd:.2f}, though "
            "the map leads through its end: Adam is {away:.0f} away from it.",
            "k=100000&plane=ways&through=end&tune=gd&rules=gd,momentum,adam",
            {"adam": at(f"{_ADAM}.J"), "gd": at(f"{_GD}.J"), "away": at(f"{_ADAM}.away")},
            "**To the end,** on a map through the end of gradient descent. Whose cost is lower?",
            tuple(_COSTS),
            lowest(_COSTS),
        ),
        GuidedStep(
            "**What no map can show.** All start {away:.1f} away from this plane: their cost is "
            "{cost:.1f}, and {shown:.1f} where the map shows them.",
            "k=1&plane=ways&through=end&tune=gd&rules=gd,momentum,adam",
            {
                "away": at(f"{_GD}.away", 1),
                "cost": at(f"{_GD}.J", 1),
                "shown": at(f"{_GD}.on_plane", 1),
            },
        ),
        GuidedStep(
            "**Through Adam's end** the same ways look otherwise: it has moved {adam:.0f} from the "
            "start, gradient descent {gd:.0f}.",
            "k=100000&plane=ways&through=end&tune=adam&rules=gd,momentum,adam",
            {"adam": at(f"{_ADAM}.moved"), "gd": at(f"{_GD}.moved")},
        ),
        GuidedStep(
            "**Two weights alone.** All others stand where gradient descent ends: Adam, which "
            "moved {moved:.0f}, ends {away:.0f} away from this plane.",
            "k=100000&plane=weights&through=end&tune=gd&rules=gd,momentum,adam",
            {"moved": at(f"{_ADAM}.moved"), "away": at(f"{_ADAM}.away")},
        ),
    )
}
