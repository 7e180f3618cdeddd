"""Numbers in words on the screen, as people write them: 2.62·10⁻⁵, with a real minus."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def written(value: float, digits: int = 3) -> str:
    """Return a number with as many digits at most; below 0.001 as a power, as on the page.

    Examples
    --------
    >>> written(-2.6151e-05), written(0.25), written(12345.0, digits=2)
    ('−2.62·10⁻⁵', '0.25', '1.2·10⁴')
    """
    text = f"{value:.{digits}g}"
    if 0 < abs(value) < 1e-3:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{exponent}"
    return as_power(text).replace("-", "−")


def as_power(text: str) -> str:
    """Return a number that Python has formatted, its exponent as a power of ten.

    Examples
    --------
    >>> as_power("1.5e-08"), as_power("0e+00"), as_power("1.5")
    ('1.5·10⁻⁸', '0', '1.5')
    """
    mantissa, mark, exponent = text.partition("e")
    if not mark or float(mantissa) == 0:
        return "0" if mark else text
    return f"{mantissa}·10{str(int(exponent)).translate(_RAISED)}"
