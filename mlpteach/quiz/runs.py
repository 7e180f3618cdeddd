"""The seeded runs that questions take their numbers from: small, quick, and the same every time."""

from dataclasses import dataclass, field
from functools import lru_cache

from mlpteach.basics.arguments import check_choice
from mlpteach.quiz.weight_in_run import ALWAYS

_ROWS = 320
_SIZES = (64, 12, 10)
LAYERS = len(_SIZES) - 1
UPDATES = 20  # of each run, two epochs


@dataclass(frozen=True)
class Seeded:
    """A run that a seed decides.

    Attributes
    ----------
    title : str
        For the question's text.
    rule, form, loss : str
    quantities : tuple of str
        What the rule computes, beside rho; with ``_before`` where an update takes it from the last.
    """

    title: str
    rule: str
    form: str = "lecture"
    loss: str = "cross_entropy"
    quantities: tuple = ()
    hypers: dict = field(default_factory=dict)

    def names(self):
        """Return the names that a question may use."""
        from mlpteach.rules import RULES

        rule = RULES[self.rule].forms[self.form]
        before = {f"{name}_before" for name in rule.states}
        return {*ALWAYS, *self.quantities, *before, *rule.values}


RUNS = {
    "gd": Seeded("gradient descent", "gd"),
    "gd_mse": Seeded("gradient descent", "gd", loss="mse"),
    "momentum": Seeded("momentum as the slide has it", "momentum"),
    "momentum_paper": Seeded(
        "momentum with a velocity", "momentum", form="paper", quantities=("v",)
    ),
    "adagrad": Seeded("AdaGrad", "adagrad", quantities=("G_sum",)),
    "rmsprop": Seeded("RMSProp", "rmsprop", quantities=("V",)),
    "adadelta_paper": Seeded(
        "AdaDelta as published", "adadelta", form="paper", quantities=("E_g2", "E_dx2")
    ),
    "adam": Seeded("Adam as the slide has it", "adam", quantities=("M", "V", "M_hat", "V_hat")),
    "amsgrad": Seeded("AMSGrad", "amsgrad", form="paper", quantities=("M", "V", "V_max")),
}


@lru_cache(maxsize=32)
def seeded_run(name, seed):
    """Return the trace of a named run: two epochs of a small perceptron on some digits.

    Parameters
    ----------
    name : str
        A key of RUNS.
    seed : int

    Examples
    --------
    >>> len(seeded_run("adam", 1))
    20
    """
    from mlpteach.rules import rule
    from mlpteach.run.network import MLP
    from mlpteach.run.train import train
    from mlpteach.tables.datasets import digits

    chosen = RUNS[check_choice("run", name, tuple(RUNS))]
    X, y = digits()
    return train(
        MLP(_SIZES, seed=seed),
        X[:_ROWS],
        y[:_ROWS],
        loss=chosen.loss,
        rule=rule(chosen.rule, form=chosen.form, **chosen.hypers),
        epochs=2,
        seed=seed,
        progress=False,
    )
