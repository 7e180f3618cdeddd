"""The sliders of a rule, alone and beside its other form."""

import mlpteach as mt
from mlpteach.player.hyper_controls import bind, hyper_controls


def test_a_rule_alone_has_a_slider_for_each_hyper_parameter():
    rule = mt.rule("amsgrad", "paper", eta=0.02)
    controls, values = hyper_controls([rule], "a.")
    assert [control.name for control in controls] == [f"a.{name}" for name in rule.hypers]
    assert values == {f"a.{name}": value for name, value in rule.values.items()}
    assert bind(rule, [rule], "a.", {**values, "a.eta": 0.5}).values["eta"] == 0.5
