"""What is true in the ward, whatever framework or database is used. Standard library and shapely only."""
