"""How people sign up: the forms that ask, the one way in that all of them share, and the proof of an address."""
