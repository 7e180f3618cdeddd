"""Deep networks that differ in activation and first weights alone: trained, and measured."""

from dataclasses import dataclass
from typing import Any

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.rules import Rule
from mlpteach.run.network import MLP
from mlpteach.run.trace import Trace
from mlpteach.run.train import quietly, train
from mlpteach.study.signals import Signals, measure, moments
from mlpteach.tables.activations import Activation
from mlpteach.tables.initializers import Initializer


@dataclass(frozen=True, eq=False)
class DeepNetworks:
    """All that the networks have in common.

    Attributes
    ----------
    X, y : ndarray
    rows : ndarray of int
        Of X, those that are measured.
    net : MLP
        Its inputs, units of a layer, outputs, output activation and seed are used.
    options : dict
        Of :func:`mlpteach.train`.
    """

    X: FloatArray
    y: IntArray
    rows: IntArray
    net: MLP
    options: dict[str, Any]

    def run(
        self, activation: Activation, init: Initializer, depth: int, rule: Rule
    ) -> tuple[Trace, Signals]:
        """Train one network; return its trace and the :class:`Signals` on the way.

        Parameters
        ----------
        activation : Activation
        init : Initializer
        depth : int
            Number of hidden layers.
        rule : Rule
        """
        inputs, units, outputs = self.net.sizes[0], self.net.sizes[1], self.net.sizes[-1]
        sizes, output = (inputs, *[units] * depth, outputs), self.net.output
        net = MLP(sizes, hidden=activation, output=output, init=init, seed=self.net.seed)
        trace = quietly(train, net, self.X, self.y, rule=rule, **self.options)
        ks = moments(trace.planned)
        return trace, measure(trace, self.X[self.rows], self.y[self.rows], ks)
