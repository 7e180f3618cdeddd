"""What is asked over runs: tuning, ranking, signals, regret, and the formulas that they follow."""
