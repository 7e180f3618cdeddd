"""How each type of question is asked and judged: one file a kind."""

from mlpteach.quiz.kinds.choice import Multiple, Single, TrueFalse
from mlpteach.quiz.kinds.formula import Formula
from mlpteach.quiz.kinds.number import Number
from mlpteach.quiz.kinds.ordering import Ordering
from mlpteach.quiz.kinds.quantity import Quantity
from mlpteach.quiz.kinds.ranges import Ranges
from mlpteach.quiz.kinds.words import Words

KINDS = {
    "true_false": TrueFalse,
    "single": Single,
    "multiple": Multiple,
    "number": Number,
    "formula": Formula,
    "ordering": Ordering,
    "quantity": Quantity,
    "ranges": Ranges,
    "words": Words,
}
