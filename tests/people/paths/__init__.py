"""Learning paths: read from files, walked by visitors, kept in accounts, and certified."""
