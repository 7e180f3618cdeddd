"""What to try on derivatives that are multiplied layer by layer."""

import numpy as np

from mlpteach.player.guide import GuidedStep
from mlpteach.views.panels import Show

_ALL = "activations=sigmoid,tanh,relu,silu"
_POWERS = {"about 10⁻⁴": -4, "about 10⁻⁹": -9, "about 10⁻¹⁶": -16}


def where(series, z):
    """Return a number: the value of a series at the step whose z is nearest."""
    return lambda show: float(show.series[series][np.abs(show.series["z"] - z).argmin()])


def _power(show: Show) -> str:
    power = np.log10(where("sigmoid.product", 6.0)(show))
    return min(_POWERS, key=lambda text: abs(_POWERS[text] - power))


GUIDES = {
    "derivatives": (
        GuidedStep(
            "**The best case,** z = 0. The sigmoid's derivative is {slope:.2f}, as large as it "
            "gets; after six layers {product:.5f} is left.",
            f"k=81&depth=6&{_ALL}",
            {"slope": where("sigmoid.slope", 0.0), "product": where("sigmoid.product", 0.0)},
        ),
        GuidedStep(
            "**Saturated,** z = 6. The sigmoid is at {a:.4f}, its derivative at {slope:.4f}; after "
            "six layers {product:.0e} is left.",
            f"k=141&depth=6&{_ALL}",
            {
                "a": where("sigmoid.A", 6.0),
                "slope": where("sigmoid.slope", 6.0),
                "product": where("sigmoid.product", 6.0),
            },
            "**Saturated,** z = 6. What is left by the sigmoid after six layers?",
            tuple(_POWERS),
            _power,
        ),
        GuidedStep(
            "**ReLU and SiLU,** z = 2. Left after six layers: ReLU {relu:.0f}, SiLU {silu:.2f}, "
            "tanh {tanh:.0e}. At z = −2 SiLU's derivative is {negative:.2f}.",
            f"k=101&depth=6&{_ALL}",
            {
                "relu": where("relu.product", 2.0),
                "silu": where("silu.product", 2.0),
                "tanh": where("tanh.product", 2.0),
                "negative": where("silu.slope", -2.0),
            },
        ),
    )
}
