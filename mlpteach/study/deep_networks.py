"""Deep networks that differ in activation and first weights alone: trained, and measured."""

from dataclasses import dataclass

import numpy as np

from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.signals import measure, moments


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

    X: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    net: MLP
    options: dict

    def run(self, activation, init, depth, rule):
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
