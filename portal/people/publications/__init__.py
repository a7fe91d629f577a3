"""What is public, since when and by whom: webinars, tips and paths, as records that are only added."""
