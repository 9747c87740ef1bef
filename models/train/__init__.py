"""Trains the project's detector from published photos and the base network: `make train`. Needs the extra
`train`."""
