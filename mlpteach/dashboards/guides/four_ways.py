"""What to try on one problem that is descended in four ways."""

from mlpteach.dashboards.guides import highest, lowest
from mlpteach.player.guide import GuidedStep, at

_WAYS = {"mini-batches": "minibatch", "momentum": "momentum", "L-BFGS": "lbfgs"}


def _numbers(column):
    return {way: at(f"{way}.{column}") for way in ("minibatch", "momentum", "adaptive", "lbfgs")}


def _named(column):
    return {name: at(f"{way}.{column}") for name, way in _WAYS.items()}


GUIDES = {
    "four_ways": (
        GuidedStep(
            "**Against epochs.** Validation accuracy in the end: mini-batches {minibatch:.3f}, "
            "momentum {momentum:.3f}, adaptive {adaptive:.3f}, L-BFGS {lbfgs:.3f}.",
            "k=100000&against=epoch",
            _numbers("accuracy"),
        ),
        GuidedStep(
            "**Against gradient evaluations** L-BFGS needs {lbfgs:.0f}, mini-batches "
            "{minibatch:.0f}. But each of its own goes through all instances.",
            "k=100000&against=evaluations",
            _numbers("evaluations"),
            "**Against gradient evaluations.** Who asks for the fewest gradients?",
            tuple(_WAYS),
            lowest(_named("evaluations")),
        ),
        GuidedStep(
            "**Against passes over the data** L-BFGS needs {lbfgs:.0f}, mini-batches "
            "{minibatch:.0f}: its line search looks more than once for an update.",
            "k=100000&against=passes",
            _numbers("passes"),
            "**Against passes over the data.** And who goes through the data most often?",
            tuple(_WAYS),
            highest(_named("passes")),
        ),
        GuidedStep(
            "**Against seconds** it depends on this computer and on what else it does: all four "
            "are run again, by turns, and the median counts.",
            "k=100000&against=seconds",
        ),
        GuidedStep(
            "**Larger batches,** of 256: mini-batch descent reaches {minibatch:.2f}, momentum "
            "{momentum:.2f}.",
            "k=100000&against=epoch&batch_size=256",
            _numbers("accuracy"),
        ),
    )
}
