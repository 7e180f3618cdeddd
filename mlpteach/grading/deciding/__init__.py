"""What decides a mark: the rules of an assignment, its checks and tests, and their verdicts."""
