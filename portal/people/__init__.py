"""The people side: real people, what they asked for and what they agreed to. It knows nothing of any sandbox."""
