"""What opens a video: modules of a process of its own, which is shut in before it opens anything (confinement.py)."""
