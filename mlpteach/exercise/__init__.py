"""Checks of a student's functions that say what is wrong, in the order of the formula."""
