"""What somebody chose about our messages: everything on one page, changed in a press, and why a message came."""
