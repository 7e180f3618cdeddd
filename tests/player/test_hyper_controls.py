"""The sliders of a rule, alone and beside its other form."""

import mlpteach as mt
from mlpteach.player.hyper_controls import bind, hyper_controls, layer_choice, offered_rules


def test_a_rule_alone_has_a_slider_for_each_hyper_parameter():
    rule = mt.rule("amsgrad", "paper", eta=0.02)
    controls, values = hyper_controls([rule], "a.")
    assert [control.name for control in controls] == [f"a.{name}" for name in rule.hypers]
    assert values == {f"a.{name}": value for name, value in rule.values.items()}
    assert bind(rule, [rule], "a.", {**values, "a.eta": 0.5}).values["eta"] == 0.5


def test_two_forms_share_the_sliders_that_mean_the_same():
    """Momentum's beta is another one on the slide than in the paper, where eta stands for alpha."""
    forms = [mt.rule("momentum", "lecture"), mt.rule("momentum", "paper")]
    controls, values = hyper_controls(forms, "")
    names = [control.name for control in controls]
    assert names == ["alpha", "lecture.beta", "eta", "paper.beta"]
    assert list(values) == names
    adams = [mt.rule("adam", "lecture"), mt.rule("adam", "paper")]
    shared, values = hyper_controls(adams, "")
    assert [control.name for control in shared].count("beta1") == 1
    own = {name for rule in adams for name in rule.hypers}
    assert {control.name.split(".")[-1] for control in shared} == own


def test_a_menu_of_rules_has_the_readers_own_behind_all_others():
    def mine(k, G, *, eta=0.1):
        return {"rho": eta * G}

    rules, id = offered_rules(mt.rule(mine))
    assert list(rules)[:-1] == list(mt.RULES)
    assert rules[id].form == "own"
    adam = mt.rule("adam", "paper", eta=0.5)
    rules, id = offered_rules(adam)
    assert id == "adam"
    assert rules[id] is adam
    assert list(rules) == list(mt.RULES)


def test_every_layer_with_weights_can_be_chosen():
    choice = layer_choice(mt.MLP((2, 3, 4, 1)))
    assert choice.options == {"1": "W⁽¹⁾", "2": "W⁽²⁾", "3": "W⁽³⁾"}
