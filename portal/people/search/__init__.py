"""The library of webinars, and one search over every title, chapter, sentence, tip and path."""
