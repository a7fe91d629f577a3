"""CustomerHub's learning center: two front doors, one wall, no back door."""
