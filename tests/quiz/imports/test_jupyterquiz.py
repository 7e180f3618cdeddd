"""Quizzes of others come in: all that can be read, and of each that can't be, why."""

import json
import math
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import nbformat
import pytest

from mlpteach.quiz import QuestionError, read_jupyterquiz
from mlpteach.quiz.text.markup import to_html, to_words

YES = {"correct": True, "feedback": "Yes."}
NO = {"correct": False, "feedback": "No."}


def read_one(entry):
    questions, left_out = read_jupyterquiz([entry])
    assert left_out == {}
    return questions["quiz_1"]


def numeric(*answers, **more):
    return read_one({"question": "q", "type": "numeric", "answers": list(answers), **more})


def choice(*answers, type="multiple_choice"):
    return read_one({"question": "q", "type": type, "answers": list(answers)})


def asks(text):
    asked = choice({"answer": text, **YES}, {"answer": "another", **NO}).ask()
    return to_words(asked.lettered[asked.right[0]])


# -- numbers


@pytest.mark.parametrize(
    ("answers", "right", "wrong"),
    [
        ([{"range": [100, 1e12], **YES}], [100, 5e11, 999999999999], [50, -300, 99.99, 1e12, 2e12]),
        ([{"range": [3.9, 4.1], **YES}], [3.9, 4.0999], [4.1, 3.8999]),
        ([{"value": 1, **NO}, {"range": [0, 2], **YES}], [0, 0.5, 1.5], [1, 2]),
        ([{"range": [0, 2], **YES}, {"value": 1, **NO}], [0, 1, 1.5], [2, -0.1]),
        ([{"range": [5, 1], **NO}, {"value": 3, **YES}], [3], [2]),
        ([{"value": 0, **YES}], [0, "-0", "0.0"], [1e-9]),
        ([{"range": [100, 2000], **YES}], ["1,000"], ["1.000"]),
        ([{"value": "0.25", **YES}, {"range": ["1", "2"], **YES}], ["1/4", 1.5], [2, 0.26]),
        ([{"value": 0.006, **YES}], ["6*10^-3", "0,006", 0.006], [0.0061]),
        ([{"range": [-math.inf, 0], **YES}], [-1e300, -1], [0, 1]),
    ],
)
def test_ranges_hold_their_lower_end_and_the_first_that_holds_decides(answers, right, wrong):
    question = numeric(*answers)
    for given in right:
        assert question.judge(given).right, given
    for given in wrong:
        assert not question.judge(given).right, given
    assert question.judge(question.ask().solution).right


def test_a_guard_says_what_it_guards_and_nothing_else_does():
    guard = {"range": [-1e8, 0], "correct": False, "feedback": "It cannot be negative."}
    question = numeric({"value": 0.5, **YES}, guard, {"type": "default", "feedback": "Think."})
    for given, said in ((-3, guard["feedback"]), (-1e-9, guard["feedback"])):
        assert question.judge(given).message == said
    for given in (0.03, 0, 7):
        assert "negative" not in question.judge(given).message
        assert question.judge(given).message.endswith("Think.")


@pytest.mark.parametrize(
    ("value", "precision", "right", "wrong"),
    [
        (100, 2, [99.5, 100, 104.99], [95, 99.49, 105]),
        (3.14159, 3, [3.14, 3.1449, 3.1351], [3.1349, 3.1451]),
        (-100, 2, [-99.5, -104.99], [-99.49, -105]),
        (0.001, 1, [0.000951, 0.00149], [0.00094, 0.00151]),
        (999, 2, [1000, 995, 1049], [994, 1050]),
    ],
)
def test_precision_rounds_as_javascript_does(value, precision, right, wrong):
    question = numeric({"value": value, **YES}, precision=precision)
    for given in right:
        assert question.judge(given).right, given
    for given in wrong:
        assert not question.judge(given).right, given


def test_precision_rounds_before_a_range_is_asked_too():
    question = numeric({"range": [0.018, 0.02], **YES}, precision=2)
    assert question.judge("0.0194999").right
    assert not question.judge("0.01951").right  # 0.020, the end itself
    assert question.judge("0.0175").right


# -- choices and words


def test_a_choice_without_a_right_one_can_be_answered():
    question = choice({"answer": "a", **NO}, {"answer": "b", **NO})
    asked = question.ask()
    (letter,) = asked.right
    assert asked.lettered[letter] == "None of these."
    assert [asked.judge(other).message for other in asked.lettered if other != letter] == [
        "No."
    ] * 2


def test_what_is_not_called_right_is_wrong_and_texts_may_be_numbers():
    question = choice(
        {"answer": 3}, {"answer": 4, "correct": "True"}, {"answer": 5, "correct": None}
    )
    assert question.type == "single"
    assert [question.ask().lettered[letter] for letter in question.ask().right] == ["4"]


def test_the_same_answer_twice_is_one():
    question = choice({"answer": "a", **YES}, {"answer": "a", **YES}, {"answer": "b", **NO})
    assert len(question.ask().lettered) == 2


@pytest.mark.parametrize(
    ("word", "right", "wrong"),
    [
        (
            {"answer": "np.mean", "match_case": True},
            ["np.mean", " np.mean "],
            ["npmean", "NP.mean"],
        ),
        ({"answer": "np.mean"}, ["NP.MEAN"], ["npmean", "np. mean"]),
        ({"answer": "a  b"}, ["a  b"], ["a b"]),
        ({"answer": "RMSProp", "fuzzy_threshold": 0.8}, ["RMSPro", "rmsprop"], ["RMSPorp"]),
        ({"answer": "abc", "fuzzy_threshold": "0.6"}, ["abd"], ["add"]),
        ({"answer": "abc", "fuzzy_threshold": 7}, ["abc"], ["abd"]),
        ({"answer": 12}, ["12"], ["12.0"]),
    ],
)
def test_words_are_compared_letter_by_letter(word, right, wrong):
    question = read_one({"question": "q", "type": "string", "answers": [{**word, **YES}]})
    for given in right:
        assert question.judge(given).right, given
    for given in wrong:
        assert not question.judge(given).right, given


# -- texts


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("<code>echo $HOME $PATH</code>", "echo $HOME $PATH"),
        ("<code>df$x + df$y</code> or $x$", "df$x + df$y or x"),
        ("<pre>a$b\n  c$d</pre>", "a$b c$d"),
        ("it costs $5", "it costs $5"),
        (r"\$5 and \$6, not $x_1$", "$5 and $6, not x₁"),
        ("10<sup>-3</sup> m<sup>2</sup> x<sub>i</sub>", "10⁻³ m² xᵢ"),
        ("the n<sup>th</sup>", "the n^(th)"),
        (r"\begin{equation*}a = b\end{equation*}", "a = b"),
        (r"\begin{align}a &= b\end{align}", "a = b"),
        (r"\[a\] \(b\) $$c$$", "a b c"),
        ("<table><tr><th>a</th><th>b|c</th></tr><tr><td>$x|y$</td><td>2</td></tr></table>",
         "a | b|c; x|y | 2"),
        ("<ul><li>one</li><li>two</li></ul>", "• one • two"),
        ("<b><i>deep</i> and (so)</b> <span style='color:red'>on</span>", "deep and (so) on"),
        ("a<b>", "a"),
        ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("[a link](http://a.b) <a href='c'>d</a> <https://e.f>",
         "a link (http://a.b) d (c) https://e.f"),
        ("<!-- nothing -->x<script>y</script>", "x"),
        (r"$\frac{1}$ is none", r"$\frac{1}$ is none"),
        ("|x| is no table", "|x| is no table"),
        ("a[[1]] * b", "a[ [1]] ∗ b"),
    ],
)  # fmt: skip
def test_texts_are_shown_as_they_are_there(written, words):
    assert asks(written) == words


def test_a_table_is_one_and_a_block_of_code_keeps_its_lines():
    question = choice(
        {"code": "for i in x:\n    y", **YES},
        {"answer": "<table><tr><td><code>a|b</code></td><td>1</td></tr></table>", **NO},
    )
    shown = {entry["html"] for entry in question.ask().shown()["choices"]}
    assert shown == {
        "<pre><code>for i in x:\n    y</code></pre>",
        "<table><tbody><tr><td><code>a|b</code></td><td>1</td></tr></tbody></table>",
    }


def test_a_question_may_be_code_alone():
    entry = {"code": "print(1 &lt; 2)", "type": "string", "answers": [{"answer": "True", **YES}]}
    assert to_html(read_one(entry).text) == "<code>print(1 &lt; 2)</code>"


# -- what can't be read


def bad(type, *answers, question="x"):
    return {"question": question, "type": type, "answers": list(answers)}


A, B = {"answer": "a", **YES}, {"answer": "a", **NO}
BAD = [
    (3, "a question must be an object; given 3"),
    ({"type": "numeric", "answers": []}, "field 'question' is missing."),
    ({"question": "x", "type": "numeric", "answers": {}}, "'answers' must be a list; given {}"),
    (bad("numeric", question=3), "'question' must be a str; given 3"),
    (bad("match"), "'type' must be one of multiple_choice, many_choice, numeric, string; given"),
    (bad("string", A, question=""), "'question' is empty"),
    (bad("numeric"), "field 'answers' is empty"),
    (bad("numeric", {"value": 1, **NO}), "no answer is called right"),
    (bad("numeric", {"range": [2, 1], **YES}), "no number would be right"),
    (bad("numeric", {"value": 1, **NO}, {"value": 1, **YES}), "no number would be right"),
    (bad("numeric", {"value": "one", **YES}), "'answers.0.value' must be a number; given 'one'"),
    (bad("numeric", {"value": True, **YES}), "'answers.0.value' must be a number; given True"),
    (bad("numeric", {"value": "inf", **YES}), "must be a finite number; given 'inf'"),
    (bad("numeric", {"range": [1], **YES}), "'answers.0.range' must be two numbers"),
    (bad("numeric", YES), "must have a `value` or a `range`"),
    (bad("many_choice", {"answer": "a", "correct": "maybe"}), "must be true or false; given 'may"),
    (bad("many_choice", YES), "field 'answer' is empty"),
    (bad("many_choice", 1), "'answers.0' must be an object"),
    (bad("many_choice", A, B), "'a' is called both right and wrong"),
    (bad("many_choice"), "field 'answers' is empty"),
    (bad("string", B), "no answer is called"),
    (bad("string", {"answer": " ", **YES}), "must be a text, not empty"),
    (bad("string", A, question="<img src='a.png'>"), "it has a picture (<img>), and pictures are"),
    (bad("string", {"answer": "a", "correct": True, "feedback": "<svg></svg>"}), "picture (<svg>)"),
]


@pytest.mark.parametrize(("entry", "reason"), BAD, ids=lambda value: str(value)[:40])
def test_one_bad_question_leaves_all_others_and_says_why(tmp_path, entry, reason):
    good = {"question": "$x$", "type": "string", "answers": [{"answer": "a", **YES}]}
    path = tmp_path / "their quiz.json"
    path.write_text(json.dumps([good, entry, good]))
    questions, left_out = read_jupyterquiz(path)
    assert list(questions) == ["their_quiz_1", "their_quiz_3"]
    assert list(left_out) == [2]
    assert reason in left_out[2]
    assert questions["their_quiz_3"].judge("a").right


# -- where they lie


ENTRY = {"question": "q", "type": "string", "answers": [{"answer": "a", **YES}]}
TEXT = json.dumps([ENTRY])


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.replace("}]", ",}, ]").encode(),
        TEXT.replace('"q"', '"é, ] }"').encode("latin-1"),
        json.dumps(ENTRY).encode(),
    ],
)
def test_files_are_read_as_others_write_them(tmp_path, data):
    path = tmp_path / "q.json"
    path.write_bytes(data)
    (question,) = read_jupyterquiz(path)[0].values()
    assert question.judge("a").right
    assert question.text in ("q", "é, ] }")


def test_lists_in_a_notebook_are_read_and_nothing_is_run(tmp_path):
    cells = [
        "%matplotlib inline\nfrom jupyterquiz import display_quiz",
        f"questions = {[ENTRY, ENTRY]!r}\ndisplay_quiz(questions)",
        f"display_quiz({[ENTRY]!r}, num=1)\n!rm -r x",
        "numbers = [1, 2]\nthis is no Python",
        "made = [make(1)]\n[{'question': open('x', 'w')}]",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(notebook, tmp_path / "week 3.ipynb")
    questions, left_out = read_jupyterquiz(tmp_path / "week 3.ipynb")
    assert list(questions) == ["week_3_1", "week_3_2", "week_3_3"]
    assert left_out == {}
    assert not (tmp_path / "x").exists()


def test_a_notebooks_questions_are_read_wherever_they_stand(tmp_path):
    cells = [
        f"quiz = [{bad('string', A)}]\nquiz.append({bad('string', A, question='added')})",
        "one = {'question': 'Is ' + 'it' f' so?', 'type': 'string',\n"
        f"       'answers': [{A}]}}\ndisplay_quiz([one])",
        f"quiz = json.loads({json.dumps([bad('string', A, question='from JSON')])!r})",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(notebook, tmp_path / "q.ipynb")
    questions, left_out = read_jupyterquiz(tmp_path / "q.ipynb")
    assert [question.text for question in questions.values()] == [
        "x", "added", "Is it so?", "from JSON",
    ]  # fmt: skip
    assert left_out == {}


def test_a_question_that_a_notebook_computes_is_left_out_with_its_reason(tmp_path):
    computed = "{'question': 'c', 'type': 'numeric', 'answers': [{'value': 2**3, 'correct': True}]}"
    cell = nbformat.v4.new_code_cell(f"quiz = [{bad('string', A)}, {computed}]")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "q.ipynb")
    questions, left_out = read_jupyterquiz(tmp_path / "q.ipynb")
    assert list(questions) == ["q_1"]
    assert list(left_out) == [2]
    assert "computed by the notebook" in left_out[2]
    assert "2 ** 3" in left_out[2]


def test_an_address_is_read(tmp_path):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/a/q.json?x=1" else 404)
            self.end_headers()
            self.wfile.write(TEXT.encode())

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert list(read_jupyterquiz(f"{address}/a/q.json?x=1")[0]) == ["q_1"]
        with pytest.raises(QuestionError, match="can't be opened: Not Found"):
            read_jupyterquiz(f"{address}/b.json")
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("q.json", "{", "not readable as JSON"),
        ("q.json", "{}", "must be a list of questions; given {}"),
        ("q.json", "[" * 100_000, "not readable as JSON"),
        ("q.ipynb", "[]", "not readable as a notebook"),
        ("q.ipynb", '{"cells": []}', "no cell has a list of questions"),
    ],
)
def test_what_holds_no_questions_at_all_is_refused(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(QuestionError, match=message):
        read_jupyterquiz(tmp_path / name)


def test_what_is_no_source_is_refused(tmp_path):
    with pytest.raises(QuestionError, match=r"none\.json: can't be opened: No such file"):
        read_jupyterquiz(tmp_path / "none.json")
    with pytest.raises(QuestionError, match="must be a file, an address or a list; given 3"):
        read_jupyterquiz(3)
