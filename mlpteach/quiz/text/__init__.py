"""How questions are written, and what is made of it: HTML, MathML, Unicode, words."""
