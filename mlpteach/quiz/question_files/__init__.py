"""Questions as they stand in files: read, checked, refused with file, question and field."""
