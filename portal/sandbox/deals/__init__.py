"""Deals: the pipeline as a board and as lists, each deal with its page, and the rules of moving one."""
