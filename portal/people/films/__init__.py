"""Films: what the worker makes of a video, in a process that is shut in, and how far it has come with it."""
