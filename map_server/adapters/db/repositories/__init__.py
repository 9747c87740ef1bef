"""One class per concept, bound to the connection of one unit of work; explicit rows in and out."""
