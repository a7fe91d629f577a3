"""The walks through the sandbox that webinars show, a module each, named as the webinar is."""
