"""Tasks: what is to do and by when, alone or about a lead; and Today, the page that a working day begins with."""
