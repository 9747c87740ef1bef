"""The product in one command: starts the map server and the edge agents together."""
