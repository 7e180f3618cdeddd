"""A course on disk, and the steps of nbgrader's commands on it."""
