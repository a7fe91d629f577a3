"""Those who work here: who they are, what each may do, and what they show to prove who they are."""
