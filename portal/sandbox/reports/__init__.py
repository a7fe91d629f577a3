"""Reports: what the leads and deals of a drive say, each titled by its finding, with the rows behind every number."""
