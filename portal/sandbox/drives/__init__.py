"""Test drives: a scenario that all share, plus the rows that one visitor changed, with an undo for each act."""
