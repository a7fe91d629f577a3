"""Leads: the list of them, and each with its story, to read and to change."""
