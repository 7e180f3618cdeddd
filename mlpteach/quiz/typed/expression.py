"""A safe evaluator: a formula is read as data, and only arithmetic on given arrays is done.

Nothing typed is ever executed. :func:`parse` lets Python's own parser build the tree and then
refuses every kind of node that is not listed; :func:`evaluate` walks it with NumPy.
"""

import ast
import warnings

import numpy as np

from mlpteach.quiz.typed.spelling import LONGEST, Unreadable, plain_spelling


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


FUNCTIONS = {
    "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "ln": np.log, "abs": np.abs, "sign": np.sign,
    "tanh": np.tanh, "sigmoid": _sigmoid, "sum": np.sum, "mean": np.mean, "square": np.square,
    "log10": np.log10, "transpose": np.transpose, "sigma": _sigmoid, "expit": _sigmoid,
}  # fmt: skip
_TWO = {
    "maximum": np.maximum, "minimum": np.minimum, "max": np.maximum, "min": np.minimum,
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "power": np.power, "pow": np.power, "matmul": np.matmul, "dot": np.dot,
}  # fmt: skip
FUNCTIONS |= _TWO
_CONSTANTS = {"pi": np.pi, "e": np.e}
_DEEPEST = 60
_LARGEST = 10_000  # entries of an array on the way


def _beside(a, b):
    """Multiply what stands side by side: matrices as matrices, anything else by entries."""
    if np.ndim(a) == np.ndim(b) == 2 and np.shape(a) != np.shape(b):
        return a @ b
    return a * b


_OPERATORS = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
    ast.Pow: np.power, ast.MatMult: np.matmul, ast.FloorDiv: _beside,
}  # fmt: skip


def parse(text, names=(), written=None):
    """Read a formula.

    Parameters
    ----------
    text : str
        Python or LaTeX-like.
    names : collection of str
        The names that it may use.
    written : dict of str to str, optional
        How the slides write some of them.

    Returns
    -------
    ast.expr

    Raises
    ------
    Unreadable
        For whatever is no formula of these names; says why.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"it is longer than {LONGEST} characters")
    spelled = plain_spelling(text, set(names) | _CONSTANTS.keys(), FUNCTIONS, written)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "1or" and the like
            tree = ast.parse(spelled.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable("brackets or signs are not in order") from None
    _check(tree, names, 0)
    return tree


def _check(node, names, depth):
    if depth > _DEEPEST:
        raise Unreadable("it is nested too deeply")
    for child in _parts(node, names):
        _check(child, names, depth + 1)


def _parts(node, names):
    """Return the parts of an allowed node; anything else is refused."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return left, right
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return (operand,)
        case ast.Constant(value=int() | float() as value) if type(value) is not bool:
            return ()
        case ast.Name(id=name) if name in names or name in _CONSTANTS:
            return ()
        case ast.Attribute(value=value, attr="T"):
            return (value,)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            wanted = 2 if name in _TWO else 1
            if len(arguments) == wanted:
                return arguments
            raise Unreadable(f"`{name}` takes {wanted} number{'s' * (wanted > 1)}")
    raise Unreadable("only arithmetic with the given names can be used")


def evaluate(tree, values=None):
    """Compute a parsed formula.

    Parameters
    ----------
    tree : ast.expr
        From :func:`parse`.
    values : dict of str to float or ndarray
        For each name.

    Returns
    -------
    float or ndarray
        May hold NaN or infinity.

    Raises
    ------
    Unreadable
        Where shapes do not fit.

    Examples
    --------
    >>> float(evaluate(parse("1/3 + 2^2")))
    4.333333333333333
    """
    with np.errstate(all="ignore"):
        return _value(tree, {**_CONSTANTS, **(values or {})})


def _value(node, values):
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(_OPERATORS[type(op)], _value(left, values), _value(right, values))
        case ast.UnaryOp(op=op, operand=operand):
            value = _value(operand, values)
            return -value if isinstance(op, ast.USub) else value
        case ast.Constant(value=value):
            try:
                return np.float64(value)
            except OverflowError:
                return np.float64(np.inf)
        case ast.Name(id=name):
            return np.asarray(values[name], dtype=float)[()]
        case ast.Attribute(value=value):
            return np.transpose(_value(value, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _combined(FUNCTIONS[name], *(_value(a, values) for a in arguments))


def _combined(function, *values):
    try:
        value = function(*values)
    except ValueError:
        shapes = " and ".join(str(np.shape(value)) for value in values)
        how = " entry by entry; `@` multiplies matrices" if function is np.multiply else " together"
        raise Unreadable(f"the shapes {shapes} do not fit{how}") from None
    if np.size(value) > _LARGEST:
        raise Unreadable("its arrays grow too large")
    return value


def names_in(tree):
    """Return the names a parsed formula uses."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return used - FUNCTIONS.keys() - _CONSTANTS.keys()
