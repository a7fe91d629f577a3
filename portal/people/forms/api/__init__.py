"""Signing up from somebody else's program or page: JSON in, JSON out, the same record as from a page of ours."""
