"""CustomerHub's learning center: two front doors, one wall, no back door."""

__version__ = "0.1.0"
