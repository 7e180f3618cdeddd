"""What stands at the very end of an autograded notebook's file: that it was graded to its end."""

MARK = "mlpteach_graded"
HANDED_IN = "mlpteach_handed_in"
RULES = "mlpteach_rules"


def ends_finished(tail):
    """Whether this is the end of an autograded notebook that was written to its end."""
    # Quotation marks inside a student's text are escaped in JSON, so this cannot be forged.
    return tail.endswith(b"}") and _holds(tail, f'"{MARK}": true')


def says(tail, key, value):
    """Whether the metadata at the end of an autograded notebook hold this value."""
    return _holds(tail, f'"{key}": "{value}"')


def _holds(tail, text):
    """Whether a text stands there as JSON, not inside a string."""
    wanted = text.encode()
    at = tail.rfind(wanted)
    while at > 0 and tail[at - 1 : at] == b"\\":
        at = tail.rfind(wanted, 0, at)
    return at > 0
