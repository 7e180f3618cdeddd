"""A dashboard as one HTML file that plays without network and without Python."""
