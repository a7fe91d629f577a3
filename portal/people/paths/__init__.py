"""Learning paths: chapters, tips, questions and pages of the sandbox in an order, with a certificate at the end."""
