"""The bank: complete, sensible, and its keys hold in the engine."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.quiz import QUESTIONS, read
from mlpteach.quiz.bank import BANK
from mlpteach.quiz.runs import LAYERS, RUNS, UPDATES, seeded_run
from mlpteach.quiz.text.markup import to_html

SEEDS = ("ada", "grace", 3)
LECTURES = Path(__file__).parents[2] / "lectures"
COMPUTED = [q for q in QUESTIONS.values() if q.type in ("number", "formula")]


def each(questions):
    return pytest.mark.parametrize("question", questions, ids=lambda q: q.id)


def test_there_are_sixty_and_more_over_the_five_lectures():
    assert len(QUESTIONS) >= 60
    for start in ("01", "02", "03", "04", "05"):
        assert len(QUESTIONS.of_lecture(start)) >= 10
    stems = {path.stem for path in LECTURES.glob("*.ipynb")}
    assert {question.lecture for question in QUESTIONS.values()} == stems


def test_the_runs_are_as_long_and_deep_as_files_are_checked_for():
    run = seeded_run("gd", 0)
    assert (len(run), len(run[0].Z)) == (UPDATES, LAYERS)


def test_every_type_is_there():
    # Ranges are there for quizzes that come in.
    assert {q.type for q in QUESTIONS.values()} == set(mt.quiz.question.TYPES) - {"ranges"}


@each(QUESTIONS.values())
def test_the_solution_is_right_and_every_text_is_well_formed(question):
    for seed in SEEDS:
        asked = question.ask(seed)
        judged = asked.judge(asked.solution)
        assert judged.right, (asked.solution, judged)
        shown = asked.shown()
        texts = [
            shown["text"],
            to_html(judged.message),
            to_html(asked.why),
        ]
        texts += [entry["html"] for entry in (*shown.get("choices", ()), *shown.get("lines", ()))]
        for text in texts:
            assert "[[" not in text
            assert "$" not in text
            ElementTree.fromstring(f"<p>{text}</p>")
        json.dumps(shown)


@each(QUESTIONS.values())
def test_the_same_seed_asks_the_same(question):
    assert question.ask("ada").shown() == question.ask("ada").shown()
    if question.has_new_numbers:
        assert len({question.ask(seed).digest for seed in range(12)}) > 1


@pytest.mark.parametrize("path", sorted(BANK.glob("*.toml")), ids=lambda path: path.stem)
def test_each_file_can_be_asked_and_every_explanation_shows(path):
    """What ``read`` tries of every file, and the bank for speed does not."""
    assert read(path).keys() <= QUESTIONS.keys()


@each(COMPUTED)
def test_every_known_mistake_is_recognised_and_never_right(question):
    for mistake in question.fields.get("mistake", ()):
        recognised = []
        for seed in range(8):
            asked = question.ask(seed)
            if question.type == "number":
                value = asked._computed(mistake["value"])
                if not np.isfinite(value):
                    continue
                given = repr(value)
            else:
                given = mistake["formula"]
            judged = asked.judge(given)
            assert judged.fraction == 0.0
            recognised.append(judged.mistake == mistake["id"])
        assert any(recognised)


@each([q for q in QUESTIONS.values() if q.type in ("single", "multiple", "quantity")])
def test_every_choice_has_an_explanation_of_its_own(question):
    reasons = [choice["why"] for choice in question.fields["choice"]]
    assert len(set(reasons)) == len(reasons) >= 3


@each([q for q in QUESTIONS.values() if q.type == "single"])
def test_the_right_choice_is_not_told_by_its_length(question):
    """Over the whole bank; a single question may have a long right answer."""
    texts = [choice["text"] for choice in question.fields["choice"]]
    assert max(map(len, texts)) < 200


def test_the_longest_choice_is_neither_always_nor_never_the_right_one():
    single = [q for q in QUESTIONS.values() if q.type == "single"]
    longest = [
        max(q.fields["choice"], key=lambda choice: len(choice["text"])).get("right", False)
        for q in single
    ]
    assert 0.1 < np.mean(longest) < 0.4


def test_true_and_false_are_both_usual():
    answers = [q.fields["answer"] for q in QUESTIONS.values() if q.type == "true_false"]
    assert 0.25 < np.mean(answers) < 0.75


def test_no_number_of_the_bank_is_typed_in():
    for question in QUESTIONS.values():
        if question.type == "number":
            assert "draw" in question.fields or "run" in question.fields, question.id


@each([q for q in QUESTIONS.values() if "run" in q.fields and q.type == "number"])
def test_what_is_shown_is_enough_to_find_the_answer(question):
    """From the rounded numbers on the page the rule's formula gives a right answer."""
    formulas = {
        "next_velocity": "beta * v_before + eta * g",
        "sensitivity_in_the_run": "a - y",
        "sensitivity_in_the_mse_run": "-2 * (y - a) * a * (1 - a)",
        "adams_first_moment": "beta1 * M_before + (1 - beta1) * g",
        "adams_second_moment": "beta2 * V_before + (1 - beta2) * g**2",
        "adams_corrected_first_moment": "M / (1 - beta1**k)",
        "adams_corrected_second_moment": "V / (1 - beta2**k)",
        "adams_step": "eta * M_hat / sqrt(V_hat + eps)",
        "adagrads_step": "eta * g / sqrt(G_sum_before + g**2 + eps)",
        "rmsprops_memory": "gamma * V_before + (1 - gamma) * g**2",
        "zeilers_order": "sqrt(E_dx2_before + eps) / sqrt(E_g2 + eps) * g",
        "amsgrads_memory": "maximum(V_max_before, beta2 * V_before + (1 - beta2) * g**2)",
    }
    from mlpteach.quiz.text.markup import slots
    from mlpteach.quiz.text.write_number import write_number
    from mlpteach.quiz.typed.expression import evaluate, parse
    from mlpteach.quiz.typed.read_number import read_number

    names = slots(question.text)
    for seed in range(6):
        asked = question.ask(seed)
        shown = {name: read_number(write_number(asked.numbers[name])) for name in names}
        value = evaluate(parse(formulas[question.id], shown), shown)
        assert asked.judge(repr(float(value))).right, (question.id, seed)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_has_the_names_that_questions_are_checked_against(name):
    from mlpteach.quiz.weight_in_run import choose_weight

    weight = choose_weight(seeded_run(name, 1), np.random.default_rng(0))
    assert set(weight.numbers()) == RUNS[name].names()


def test_claims_about_the_maps_hold():
    """What the explanations of the maps say, over all runs and updates they may show."""
    adam = [step for seed in range(3) for step in seeded_run("adam", seed).steps(8, 20)]
    for step in adam:
        V, rho = step.V.W[1], np.abs(step.rho.W[1])
        assert V.min() >= 0
        assert V.max() < 1e-3
        assert np.median(rho) > 0.75 * 1e-3
        assert rho.max() < 1.2e-3
        g = np.abs(step.gradient.W[1])
        assert 0.05 < g.max() < 0.2
        assert np.median(g) < 0.04
        assert 0.2 < np.abs(step.before.W[1]).max() < 0.35
    for seed in range(3):
        for step in seeded_run("momentum_paper", seed).steps(14, 20):
            assert 0.8 < np.abs(step.before.W[2]).max() < 1.5
            assert np.mean(step.before.W[2] < 0) > 0.5
            assert 0.02 < np.abs(step.gradient.W[2]).max() < 0.4
        for step in seeded_run("gd", seed).steps(1, 6):
            assert (step.sensitivity[2] < 0).sum(axis=0).tolist() == [1] * 32


def test_key_of_the_self_test_holds_in_the_engine():
    """Only V^(2) is computed otherwise: below it the same formulas hold for both costs."""
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 7, 10), seed=1)
    steps = {
        loss: mt.train(net, X[:20], y[:20], loss=loss, epochs=1, batch_size=None)[0]
        for loss in ("mse", "cross_entropy")
    }
    Y = np.eye(10)[y[:20]].T
    A = steps["mse"].A
    np.testing.assert_array_equal(A[3], steps["cross_entropy"].A[3])
    top = {"mse": -2 * (Y - A[3]) * A[3] * (1 - A[3]), "cross_entropy": A[3] - Y}
    for loss, step in steps.items():
        np.testing.assert_allclose(step.sensitivity[2], top[loss], rtol=1e-12, atol=1e-15)
        below = net.W[2].T @ step.sensitivity[2] * A[2] * (1 - A[2])
        np.testing.assert_allclose(step.sensitivity[1], below, rtol=1e-12, atol=1e-15)
        gradient = step.sensitivity[1] @ A[1].T / 20
        np.testing.assert_allclose(step.gradient.W[1], gradient, rtol=1e-12, atol=1e-15)
    assert QUESTIONS["only_the_last_sensitivity"].fields["answer"] is True


def test_keys_of_drawn_numbers_hold_in_the_engine():
    """Gains, AdaGrad's slowing down and the limit of stability, measured on runs."""
    one = np.array([1.0])

    def steady(theta):
        return float(theta[0]), one

    for seed in range(3):
        n = QUESTIONS["gain_of_a_velocity"].ask(seed)
        rule = mt.rule("momentum", form="paper", eta=n.numbers["eta"], beta=n.numbers["beta"])
        run = mt.descend(steady, one, rule=rule, steps=400)
        assert n.judge(repr(float(run[-1].rho.flat[0]))).right
        n = QUESTIONS["gain_of_the_slides_momentum"].ask(seed)
        rule = mt.rule("momentum", alpha=n.numbers["alpha"], beta=n.numbers["beta"])
        run = mt.descend(steady, one, rule=rule, steps=5)
        assert n.judge(repr(float(run[-1].rho.flat[0]))).right
        n = QUESTIONS["adagrad_slows_down"].ask(seed)
        run = mt.descend(steady, one, rule=mt.rule("adagrad", eta=n.numbers["eta"]), steps=100)
        k = int(n.numbers["k"])
        assert n.judge(repr(float(run[k - 1].rho.flat[0]))).right
        n = QUESTIONS["leaving_the_saddle"].ask(seed)
        start = np.array([0.5, 1e-6])
        rule = mt.rule("gd", eta=n.numbers["eta"])
        run = mt.descend(mt.LANDSCAPES["saddle"], start, rule=rule, steps=int(n.numbers["k"]))
        assert n.judge(repr(float(run[-1].after.flat[1] / start[1]))).right


def test_the_lectures_ask_questions_of_the_bank():
    for path in sorted(LECTURES.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        asked = re.findall(r'quiz\.ask\(\s*"(\w+)"', source)
        assert len(asked) >= 3, path.stem
        assert set(asked) <= set(QUESTIONS)


def test_what_is_said_of_adam_on_reddis_lines_is_what_it_does():
    x, second = 0.0, 0.0
    for k in range(1, 10_001):
        g = 3.0 if k % 3 == 1 else -1.0
        second = 0.1 * second + 0.9 * g * g
        x = min(max(x - 0.1 / np.sqrt(k) * g / np.sqrt(second), -1.0), 1.0)
    said = QUESTIONS["adam_always_converges"].fields["if_true"]
    assert r"$\beta_2 = 0.1$ and the step size $0.1 / \sqrt k$" in said
    assert f"$x = {x:.5f}$ after 10,000 updates" in said
