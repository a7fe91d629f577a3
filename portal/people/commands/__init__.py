"""What the command line does on the people side; a module each, so that none loads what it does not need."""
