"""The gradebook: its one writer, its readers, and what keeps it quick and shared."""
