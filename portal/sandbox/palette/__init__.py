"""The command palette: every record, view and act of a drive by a few letters of its name."""
