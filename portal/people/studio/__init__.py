"""The workshop of those who work here: what is public, what needs work, who works here, and who did what."""
