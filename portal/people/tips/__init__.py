"""Tips: one task each, written in Markdown, drawn when published, read without an account."""
