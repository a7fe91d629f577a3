"""Scenarios: the invented businesses that a drive starts from, made from recipes, the same bytes every time."""
