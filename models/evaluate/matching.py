"""Which event is about which true thing: one to one, as many pairs as can be, the overlaps as large as can
be.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

MIN_IOU = 0.5
"""The overlap from which a box is held to show the thing, as in PASCAL VOC
(doi:10.1007/s11263-009-0275-4).
"""


def match(overlaps: npt.NDArray[np.float64], min_overlap: float = MIN_IOU) -> list[tuple[int, int]]:
    """Give pairs (event, thing) of a matrix of overlaps in [0, 1], shape (events, things).

    A further pair is worth more than any overlap, so that no event takes a thing that another needs.
    """
    gains = np.where(overlaps >= min_overlap, overlaps + overlaps.size + 1.0, 0.0)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return [
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if gains[row, column] > 0
    ]
