"""The library of webinars, and one search over every title, chapter, sentence and tip."""
