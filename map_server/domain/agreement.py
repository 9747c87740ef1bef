"""How far auditors agree beyond chance, and how often each is right where the answer is known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """`items` judged by both, `same` of them alike; `kappa` None where chance alone would agree always."""

    items: int
    same: int
    kappa: float | None


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Compare two auditors on the items that both judged.

    Source: J. Cohen, Educational and Psychological Measurement 20 (1960) 37-46.
    """
    items = len(pairs)
    same = sum(one == other for one, other in pairs)
    if items == 0:
        return Agreement(0, 0, None)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(count * others[answer] for answer, count in ones.items())
    if by_chance == items * items:
        return Agreement(items, same, None)
    return Agreement(items, same, (same * items - by_chance) / (items * items - by_chance))


def krippendorffs_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Compare any number of auditors, each unit judged by whoever did; None where nothing can be compared.

    Nominal answers; units with fewer than two answers say nothing. Source: K. Krippendorff, Content Analysis,
    3rd ed. (2013), section 12.3.
    """
    compared = [Counter(answers) for answers in units if len(answers) >= 2]
    totals: Counter[str] = Counter()
    observed = 0.0
    for counts in compared:
        judged = counts.total()
        totals.update(counts)
        observed += sum(count * (judged - count) for count in counts.values()) / (judged - 1)
    everything = totals.total()
    expected = sum(count * (everything - count) for count in totals.values())
    if expected == 0:
        return None
    return 1.0 - (everything - 1) * observed / expected
