"""The ways out of the house, one module each, and the one list of their names: a new channel is a line here."""

EMAIL = "email"

CHANNELS = (EMAIL,)

NAMES = {EMAIL: "E-mail"}  # as people read them
