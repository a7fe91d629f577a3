"""Copies of a side's database and files that are whole, checked, and put back as they were."""
