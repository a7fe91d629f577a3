"""What we propose, with a window and a number of places, and how a person takes one."""
