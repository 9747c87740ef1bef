"""Use cases: each opens a unit of work, does one thing, commits, and gives back a frozen record."""
