"""What can go wrong in the demo, sorted by what the user can do."""


class DemoError(Exception):
    """The user can mend it; one line that says how. Exit code 2."""


class DemoFault(Exception):
    """A program that the demo started failed; the line names its log. Exit code 1."""
