"""How much the cameras miss, told by patrols that find things by themselves.

Cameras and patrols look at the same places in the same time; what both found tells how much neither did.

Assumptions, shown beside every figure: nothing appears or goes between the two looks (finds are compared
with what was there at that moment), patrols look without knowing what the cameras said, each thing is as
likely to be found as any other, and the same thing is recognised as the same. Where some things are hard for
both, the true number of misses is larger than estimated.
"""

import math
from dataclasses import dataclass

from map_server.domain.precision import Z_95, Interval, wilson

MIN_MATCHES = 7
"""Below this the estimator is biased (Robson and Regier, 1964)."""


@dataclass(frozen=True, slots=True)
class Recapture:
    """`by_cameras` confirmed finds of cameras, `by_patrols` finds of patrols, `by_both` of them the same.

    `missed` estimates what cameras did not find, with a 95 % interval; `seen_share` is the share of the
    patrols' finds that cameras had, with its Wilson interval.
    """

    by_cameras: int
    by_patrols: int
    by_both: int
    in_all: float
    missed: float
    missed_low: float
    missed_high: float
    seen_share: float | None
    seen_interval: Interval | None

    @property
    def is_reliable(self) -> bool:
        """Whether enough was found by both."""
        return self.by_both >= MIN_MATCHES


def chapman(by_cameras: int, by_patrols: int, by_both: int) -> Recapture:
    """Estimate from two looks at one closed population.

    Sources: D. G. Chapman (1951) for the number, G. A. F. Seber (1970) for its variance, A. Chao, Biometrics
    43 (1987) 783-791, for the log-normal interval of what nobody saw.

    Raises ValueError for counts that cannot be.
    """
    if not 0 <= by_both <= min(by_cameras, by_patrols):
        raise ValueError(f"by_both: {by_both} is not between 0 and the smaller of the two counts")
    in_all = (by_cameras + 1) * (by_patrols + 1) / (by_both + 1) - 1
    only_patrols = by_patrols - by_both
    unseen = max(0.0, in_all - (by_cameras + only_patrols))
    variance = ((by_cameras + 1) * (by_patrols + 1) * (by_cameras - by_both) * only_patrols) / (
        (by_both + 1) ** 2 * (by_both + 2)
    )
    factor = math.exp(Z_95 * math.sqrt(math.log1p(variance / unseen**2))) if unseen > 0 else 1.0
    return Recapture(
        by_cameras=by_cameras,
        by_patrols=by_patrols,
        by_both=by_both,
        in_all=in_all,
        missed=only_patrols + unseen,
        missed_low=only_patrols + unseen / factor,
        missed_high=only_patrols + unseen * factor,
        seen_share=by_both / by_patrols if by_patrols else None,
        seen_interval=wilson(by_both / by_patrols, by_patrols) if by_patrols else None,
    )
