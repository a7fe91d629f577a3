"""What a person keeps of their consent: a page to read, a signed file, and a way to check either."""
