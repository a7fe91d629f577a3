"""What listens to a video: a process of the optional environment with the speech model, shut in before it opens one."""

FILE = "said.json"
"""Where it writes down what it heard."""
