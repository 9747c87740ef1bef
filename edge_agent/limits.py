"""Lets a parameter dataclass refuse numbers outside the range that its docstring states."""

from collections.abc import Mapping


def refuse_out_of_range(params: object, limits: Mapping[str, tuple[float, float]]) -> None:
    """Raise ValueError ("key: what is wrong; what is allowed") for the first field outside its range."""
    for name, (low, high) in limits.items():
        value = getattr(params, name)
        if not low <= value <= high:
            raise ValueError(f"{name}: {value} is out of range; allowed is {low} to {high}")
