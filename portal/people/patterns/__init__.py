"""The page that shows every component, on one's own machine."""
