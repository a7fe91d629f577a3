"""Who agreed to what, in which words, on which channel: an append-only ledger, and the ways in and out of it."""
