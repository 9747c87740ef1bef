"""The sample ward: synthetic places for trying the map server, and the scripts that make and draw them."""
