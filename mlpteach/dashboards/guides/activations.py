"""What to try on two deep networks side by side."""

import math

from mlpteach.player.guide import GuidedStep, at

_B = "b.activation=relu&b.init=he"
_RATIOS = {"about a third": 0.3, "about 1/200": 0.005, "about 1/20 000": 0.00005}
_RIGHT = {"about 30": 30, "about 100": 100, "about 180": 180}


def _nearest(choices, number):
    """Return an answer: the choice nearest to a number, by its factor."""
    return lambda show: min(
        choices, key=lambda text: abs(math.log(max(number(show), 1e-300) / choices[text]))
    )


_BOTH = {
    "a": at("a.gradient_ratio", 1),
    "b": at("b.gradient_ratio", 1),
    "a_right": at("a.right"),
    "b_right": at("b.right"),
}
_A = {"a": at("a.gradient_ratio", 1), "right": at("a.right")}

GUIDES = {
    "activations": (
        GuidedStep(
            "**Before the first update** layer 1's gradient has {a:.2g} of the last one's size in "
            "A, {b:.2f} in B. In the end {a_right:.0f} and {b_right:.0f} are right.",
            f"k=100&a.activation=sigmoid&a.init=uniform&{_B}&depth=6",
            _BOTH,
            "**Sigmoids, large weights (A).** How many of 200 are right in the end?",
            tuple(_RIGHT),
            _nearest(_RIGHT, at("a.right")),
        ),
        GuidedStep(
            "**The wrong cure.** With Glorot's weights {a:.2g} is left: the large ones had made up "
            "for some of the loss.",
            f"k=1&a.activation=sigmoid&a.init=glorot&{_B}&depth=6",
            _A,
            "**Glorot's weights** for the sigmoids of A. What is left of the gradient in layer 1?",
            tuple(_RATIOS),
            _nearest(_RATIOS, at("a.gradient_ratio", 1)),
        ),
        GuidedStep(
            "**How deep?** Sigmoids and Glorot again, with one hidden layer: {right:.0f} are right "
            "in the end. Drag the hidden layers up.",
            f"k=100&a.activation=sigmoid&a.init=glorot&{_B}&depth=1",
            {"right": at("a.right")},
        ),
        GuidedStep(
            "**Too large.** ReLU with uniform weights in B: on its way back the sensitivity grows "
            "{grows:.0f} times. Dead hidden units in the end: {dead:.0f}.",
            "k=1&a.activation=tanh&a.init=uniform&b.activation=relu&b.init=uniform&depth=6",
            {"grows": at("b.sensitivity_ratio", 1), "dead": at("b.all_dead")},
        ),
        GuidedStep(
            "**Units that die.** η = 0.1: before the first update {first:.0f} ReLUs of B are dead, "
            "in the end {last:.0f}.",
            f"k=100&a.activation=sigmoid&a.init=uniform&{_B}&depth=6&momentum.eta=0.1",
            {"first": at("b.all_dead", 1), "last": at("b.all_dead")},
        ),
        GuidedStep(
            "**All zeros** in A. Step with →: a gradient reaches one layer more at each update.",
            f"k=1&a.activation=sigmoid&a.init=zeros&{_B}&depth=6",
        ),
    ),
    "adagrad": (
        GuidedStep(
            "**A little.** In the end {a_right:.0f} of the 200 measured are right in A, "
            "{b_right:.0f} in B.",
            f"k=100&a.activation=sigmoid&a.init=uniform&{_B}&depth=6",
            _BOTH,
        ),
        GuidedStep(
            "**Not where nothing arrives.** {right:.0f} are right; 20 would be chance. A rule "
            "can't add what the gradient does not say.",
            f"k=100&a.activation=sigmoid&a.init=glorot&{_B}&depth=6",
            _A,
            "**Glorot's weights** for the sigmoids. Does AdaGrad bring them to life?",
            ("yes, to 100 or more", "no"),
            lambda show: "yes, to 100 or more" if at("a.right")(show) >= 100 else "no",
        ),
        GuidedStep(
            "**The better cure.** tanh and Glorot: {right:.0f} are right. First the network, then "
            "the rule.",
            f"k=100&a.activation=tanh&a.init=glorot&{_B}&depth=6",
            _A,
        ),
    ),
}
