"""Notebooks as they were released, handed in and put together, and what may stand in them."""
