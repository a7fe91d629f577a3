"""Media: films, pictures, captions and downloads, kept by the hash of their bytes and delivered to visitors."""
