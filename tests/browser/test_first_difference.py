"""The button that goes to where two runs first differ."""

import mlpteach as mt

from .shown_dashboard import show

MOONS = mt.datasets.moons(n=60, seed=1)


def slips(k, G, *, eta):
    rho = eta * G
    if k == 5:
        rho[7] += 0.25  # W1 is 30 x 2: unit 4, input 2
    return {"rho": rho}


def opened(page, live, layer):
    core = mt.dashboards.own_rule(slips, *MOONS, against="gd", batch_size=20, layer=layer).core
    return core, show(page, core, live=live)


def stands_at_the_difference(page):
    page.wait_for_function(
        "document.querySelector('.mlp [data-shown=k]').textContent.startsWith('5')"
        " && document.querySelector('.mlp .ledger caption').textContent.includes('unit 4, input 2')"
    )


def test_the_button_brings_the_layer_the_update_and_the_weight(page):
    core, errors = opened(page, True, layer=2)
    page.click(".mlp [data-action=jump]")
    stands_at_the_difference(page)
    assert core.values["layer"] == "1"
    results = page.locator(".mlp .ledger tr[data-line=rho] .result span")
    yours, reference = (float(one.get_attribute("data-value")) for one in results.all())
    assert abs(yours - reference - 0.25) < 1e-12
    assert not errors


def test_where_the_layer_is_shown_the_page_goes_by_itself(page):
    _, errors = opened(page, False, layer=1)
    page.click(".mlp [data-action=jump]")
    stands_at_the_difference(page)
    assert not errors


def test_where_nothing_differs_there_is_no_button(page):
    def mine(k, G, *, eta):
        return {"rho": eta * G}

    show(page, mt.dashboards.own_rule(mine, *MOONS, against="gd").core)
    assert page.locator(".mlp [data-action=jump]").count() == 0
    assert "None: the two runs agree" in page.locator(".mlp .words").first.inner_text()
