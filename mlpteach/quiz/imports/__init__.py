"""Quizzes of other systems, read as questions of the bank."""
