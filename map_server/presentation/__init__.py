"""What the server shows: pages, GeoJSON, text. Data in, text out."""
