"""Say what was read back: the student's own line and where to look, or what kind of slip it is.

"Your numbers are those of", never "you wrote": there are other ways to come to the same numbers.
"""

from mlpteach.exercise.readback.expression import Node, name, simplified, walk, write

_SHORT = 7  # parts of a formula that is given away by one that is nearly it
_NO_LINE = (  # nothing in a line need be wrong
    "default", "other_number", "numbers_for_arguments", "left_out", "largest_only", "clipped_norm",
    "cut_off", "normalised_step", "early_updates", "late_updates",
)  # fmt: skip
_LONG = 90  # letters of a line that can still be read

# Family -> (what it is, where to look in the line).
FAMILIES = {
    "missing": ("a part of it is missing", "what is missing in it"),
    "function_missing": ("a function is missing, such as a root or a square", "what is missing"),
    "argument": ("another array or number stands in one place ({op})", "{new}"),
    "number_for_argument": ("a fixed number stands for an argument", "the number {new}"),
    "number": ("a number in it is another one", "the number {new}"),
    "counted": ("k is counted otherwise", "{new}: how does k count?"),
    "operator": ("an operation in it is another one", "{new}"),
    "exchanged": ("two things stand in each other's place", "what stands where"),
    "matrix_product": ("@ or dot makes a product of matrices of it", "the product @"),
    "reduction": ("it is summed, averaged or maximised otherwise", "{new}"),
    "axis": ("it is summed or averaged over another axis", "the axis in {new}"),
    "function": ("another function of the same kind stands there", "{new}"),
    "bracket": ("a bracket ends elsewhere", "where the bracket ends"),
    "multiplied_out": ("a bracket is multiplied out only in part", "{new}"),
    "other_part": ("another part of the formula stands in one place", "{new}"),
    "function_added": ("a function stands where none belongs ({op})", "{new}"),
    "summed": ("entries are summed or averaged that stay apart in it", "{new}"),
    "centred": ("a mean is subtracted", "{new}"),
    "stretched": ("an array is stretched and shifted, as from 0 … 1 to −1 … 1", "{new}"),
    "weights": ("the weights of a mean are others", "the weights of what was and of what is new"),
    "normalised": ("something is divided by its own size", "{new}"),
    "applied_twice": ("a part of it is applied twice", "{new}"),
    "other_formula": ("it is another formula", "the sheet's formula"),
    "transposed": ("something is transposed", "{new}"),
    "reversed": ("rows or columns come in the reversed order", "{new}"),
    "counted_by": ("it is divided by, or multiplied with, a number of entries", "{new}"),
    "factor": ("a factor does not belong there", "{new}"),
    "power": ("a power does not belong there", "{new}"),
    "term": ("something is added or subtracted that does not belong there", "{new}"),
    "decay": ("a part of an array is added: is that weight decay?", "{new}"),
    "larger": ("the larger of two things is taken", "{new}"),
    "slope": ("the slope of an activation is in it or left out", "{new}"),
    "slope_alone": ("the slope of an activation stands for the whole", "{new}"),
    "clipped": ("values are clipped ({op})", "{new}"),
    "clipped_norm": ("arrays are scaled down where their norm is large", "{new}"),
    "small_added": ("a small number is added", "{new}"),
    "cut": ("what stands behind the point is cut off, as // and int do", "{new}"),
    "whole": ("only whole numbers are left: the rest is cut off, as by //, or not put in", ""),
    "repeated": ("a division is made more than once, as in a loop", "{new}"),
    "masked": ("only some entries count, as by a condition in brackets", "the condition in {new}"),
    "other_function": ("another function of the argument stands there", "{new}"),
    "other_step": ("the step is made of the velocities in another way", "{new}"),
    "normalised_step": ("the step is divided by its own size", "the step"),
    "early_updates": ("up to some update it is computed otherwise, as by a condition on k", ""),
    "late_updates": ("from some update on it is computed otherwise, as by a condition on k", ""),
    "rounded": ("numbers are rounded ({op})", "the rounding"),
    "twice": ("the same slip stands in it twice", "the two parts that are alike"),
    "moved": ("something stands in another place", "{new}"),
    "first_update": ("the first update is a case of its own", "the case k == 1"),
    "where_zero": ("zeros are a case of their own", "what happens where an array is 0"),
    "zero_by_zero": ("0 is taken where 0 would be divided by 0", "what is divided by"),
    "cut_off": ("small values are set to 0", "what becomes of small values"),
    "left_out": (
        "some entries are left out, as by a loop that starts too late, ends too soon or returns "
        "too early",
        "{new}",
    ),
    "one_for_all": ("one row or column stands for all others", "{new}"),
    "number_for_array": ("a fixed number stands for an array", "the number {new}"),
    "schedule": ("a number changes from update to update that stays the same in it", "{new}"),
    "plain_step": ("the step is a number times an array", "{new}"),
    "penalty": ("a penalty on large values is added", "{new}"),
    "largest_only": ("only the largest entry of each column counts", "{new}"),
    "numbers_for_arguments": (
        "fixed numbers, the defaults, stand for several arguments",
        "the arguments",
    ),
    "default": ("it is wrong only where {old} is not given", "the default of {old}"),
    "other_number": (
        "another number stands for {old}, as its default or in a line",
        "the default of {old}",
    ),
    "two_slips": ("two things are wrong at once", "{old} and {new}"),
}


def in_short(family):
    """Return what a family of slips is, for a report over a class.

    Examples
    --------
    >>> in_short("bracket")
    'a bracket ends elsewhere'
    """
    return FAMILIES[family][0].replace(" ({op})", "").replace("{old}", "an argument")


def say(quantity, reading, formula, lines, way="", model=None):
    """Return a sentence or two on what was read back for a quantity; "" where nothing is sure.

    Parameters
    ----------
    quantity : str
    reading : Reading
    formula : Node
        The right formula, as it was changed.
    lines : dict of str to str
        What parts of a formula are called, by how they are written.
    way : str
        What this formula is called, if it isn't the model's.
    model : Node, optional
        The model's, if it is another one.
    """
    of = f"the formula, {way}," if way else "the formula"
    model = model or formula
    if not reading.family:
        return ""
    what, where = FAMILIES[reading.family]
    edit = reading.edit
    old = f"`{_shown(edit.old, lines)}`" if edit else "an argument"
    named = _named(edit, lines) if edit else ""
    what = what.replace(" ({op})", f" ({named})" if named else "").replace("{old}", old)
    but = f"one thing: {what}"
    if reading.family == "two_slips":
        but = f"two things, and one of them is this: {in_short(edit.one)}" if edit else "two things"
    elif edit and edit.one:
        but = f"{but}. There {in_short(edit.one)}"
    if edit is None or reading.family in _NO_LINE or _gives_away(edit, model, lines):
        stop = "" if but.endswith("?") else "."
        return f"Your numbers for {quantity} are those of {of} but for {but}{stop}"
    where = where.format(new=f"`{_shown(edit.new, lines)}`", old=old)
    line = _shown(edit.formula, lines)
    stop = "" if where.endswith("?") else "."
    if len(line) > _LONG:
        return f"Your numbers for {quantity} are those of {of} but for {but}. Look at {where}{stop}"
    return f"Your numbers for {quantity} are those of `{line}`: look at {where}{stop}"


def _named(edit, lines):
    """Return what an edit puts in, in a word or two: no part of the formula."""
    new = edit.new
    if edit.family == "argument":
        return _shown(new, lines)
    if new.op == "round":
        return f"to {new.value} digits"
    if new.op == "clip":
        return f"to {new.value[0]:g} … {new.value[1]:g}"
    spelled = {"/": "1 divided by it", "**": "a power", "neg": "a minus", "*": "", "spread": ""}
    return spelled.get(new.op, new.op)


def _gives_away(edit, model, lines):
    """Whether the line would show the right one: it is short, or stands whole in the other."""
    right, shown = ("".join(_shown(formula, lines).split()) for formula in (model, edit.formula))
    return len(list(walk(model))) < _SHORT or right in shown


def _shown(formula, lines):
    return write(simplified(_renamed(formula, lines)))


def _renamed(node, lines):
    """Return an expression in the sheet's names: M_hat for its line, M for its new value."""
    called = lines.get(write(node))
    if called is not None:
        return name(called)
    return Node(node.op, tuple(_renamed(part, lines) for part in node.parts), node.value)
