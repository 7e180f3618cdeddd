"""The slips that are looked for in a formula: a file a kind, ``slips.py`` puts them together.

Most functions yield (family, what stands there instead) for one part of a formula.
"""
