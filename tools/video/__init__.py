"""Makes a recorded webinar from its recipe: `python -m tools.video content/webinars/<slug> --out DIR`."""
