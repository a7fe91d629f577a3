"""Segments: questions about leads, kept under a name, with who is in them now."""
