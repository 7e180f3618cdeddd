"""What people type, read as numbers and formulas; nothing typed is ever executed."""
