"""The separation check: the only code that may read both sides, and only read. A short process of its own."""
