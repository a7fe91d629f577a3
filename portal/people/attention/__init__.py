"""Which seconds of a webinar are watched: counted by the viewer's own browser, shown in groups of five and more."""
