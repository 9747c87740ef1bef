"""Hours of a week in words: `Mon-Fri 20:00-24:00, Sat 00:00-24:00`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from map_server.domain.working_time import MINUTES_OF_DAY, Span

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = range(7)


def week_text(
    week: Iterable[tuple[int, int]],
    days: Sequence[str] = _DAYS,
    always: str = "at any time",
) -> str:
    """Write stretches of minutes of the week; `days` are the names from Monday on."""
    of_day = _by_day(week)
    if all(spans == (Span(0, MINUTES_OF_DAY),) for spans in of_day):
        return always
    named: dict[tuple[Span, ...], list[int]] = defaultdict(list)
    for day in _WEEK:
        if of_day[day]:
            named[of_day[day]].append(day)
    return ", ".join(
        f"{days_text(held, lambda day: days[day])} {' '.join(map(str, spans))}"
        for spans, held in named.items()
    )


def days_text(held: Iterable[int], name: Callable[[int], str]) -> str:
    """Write days of the week, three or more in a row as a stretch: `Mon-Fri`, `Mon, Wed`."""
    runs: list[list[int]] = []
    for day in sorted(held):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        f"{name(run[0])}-{name(run[-1])}" if len(run) > 2 else ", ".join(map(name, run)) for run in runs
    )


def _by_day(week: Iterable[tuple[int, int]]) -> list[tuple[Span, ...]]:
    of_day: list[list[Span]] = [[] for _ in _WEEK]
    for begin, end in sorted(week):
        while begin < end:
            day, midnight = begin // MINUTES_OF_DAY, begin // MINUTES_OF_DAY * MINUTES_OF_DAY
            stop = min(end, midnight + MINUTES_OF_DAY)
            of_day[day].append(Span(begin - midnight, stop - midnight))
            begin = stop
    return [tuple(spans) for spans in of_day]
