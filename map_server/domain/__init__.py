"""What is true in the ward, whatever framework, database or page is used. Standard library and shapely only."""
