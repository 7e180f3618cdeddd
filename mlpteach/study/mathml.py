"""How a formula looks on the page."""

import html
import math

from mlpteach.study.expressions import Writer


class MathML(Writer):
    """Writes MathML without ``<math>``; the page fills in numbers at ``<mn data-key="...">``."""

    def code(self, code):
        return f'<mtext style="font-family: monospace">{html.escape(code)}</mtext>'

    def symbol(self, name, index):
        return self.rule.symbol(name).mathml(index)

    def letter(self, letter):
        return f"<mi>{letter}</mi>"

    def placeholder(self, key):
        return f'<mn data-key="{key}"></mn>'

    def number(self, value):
        if isinstance(value, float) and value and (abs(value) < 1e-3 or abs(value) >= 1e6):
            exponent = math.floor(math.log10(abs(value)))
            mantissa = float(f"{value / 10**exponent:.6g}")
            power = f"<msup><mn>10</mn><mrow><mn>{exponent}</mn></mrow></msup>".replace("-", "−")
            return power if mantissa == 1 else f"<mn>{mantissa:g}</mn><mo>·</mo>{power}"
        return f"<mn>{value:g}</mn>"

    def infix(self, left, sign, right):
        return f"{left}<mo>{html.escape(sign)}</mo>{right}"

    def words(self, word, inside=""):
        return f"<mspace width='0.33em'/><mtext>{word}</mtext><mspace width='0.33em'/>{inside}"

    def product(self, left, right, square):
        dot = "<mo>⊙</mo>" if square else "<mspace width='0.17em'/>"
        dot = "<mo>·</mo>" if self.numbers else dot
        return f"{left}{dot}{right}"

    def fraction(self, above, below):
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"

    def power(self, base, exponent):
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def root(self, inside):
        return f"<msqrt><mrow>{inside}</mrow></msqrt>"

    def minus(self, inside):
        return f"<mo>−</mo>{inside}"

    def bars(self, bar, inside):
        bar = f'<mo stretchy="false">{bar}</mo>'
        return f"<mrow>{bar}{inside}{bar}</mrow>"

    def parentheses(self, inside):
        bracket = '<mo stretchy="false" lspace="0" rspace="0">%s</mo>'
        return f"<mrow>{bracket % '('}{inside}{bracket % ')'}</mrow>"

    def comma(self):
        return "<mo>,</mo>"

    def function(self, name, arguments):
        return f"<mi>{name}</mi>{self.parentheses(self.comma().join(arguments))}"

    def cases(self, rows, otherwise):
        rows = [(then, self.words("if", condition)) for then, condition in rows]
        rows.append((otherwise, self.words("else")))
        cells = "".join(f"<mtr><mtd>{a}</mtd><mtd>{b}</mtd></mtr>" for a, b in rows)
        return f"<mrow><mo>{{</mo><mtable>{cells}</mtable></mrow>"
