"""Recorded webinars: published from a folder, watched without an account, read as a transcript."""
