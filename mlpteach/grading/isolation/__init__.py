"""Where a student's code runs, what it may see there, and for how long."""
