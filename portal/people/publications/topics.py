"""The only place that lists what webinars and tips are about."""

TOPICS = ("First steps", "Following up", "Clean lists", "Pipeline", "Numbers", "Consent")
MOST = 3  # of one thing: what is about everything is found under nothing
