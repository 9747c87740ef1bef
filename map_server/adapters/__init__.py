"""The parts behind the ports: database, files, solver. The only layer that knows them."""
