"""Pages that students and staff open: what may stand there, and how."""
