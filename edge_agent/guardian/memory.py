"""Keeps what the guardian learnt across restarts, so that a camera pushed aside stays known as moved.

A view kept while all was well is compared with again only in like light: soon, or at the same time of day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import structlog

from edge_agent.guardian.params import GuardianParams
from edge_agent.guardian.reference import Reference
from edge_agent.guardian.view import View
from wire_contract.vocabulary import CameraState

log = structlog.get_logger(__name__)

_SOON = timedelta(hours=2)
_SAME_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=14)
"""Older views are left aside: leaves fall, walls are painted."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was kept: the usual view, the state of then, and since when it showed."""

    reference: Reference
    state: CameraState
    state_since: datetime | None
    kept_at: datetime

    def serves(self, now: datetime) -> bool:
        """Tell whether a view of now can be compared with it; a fault that stood goes on in any light."""
        age = now - self.kept_at
        if self.state is not CameraState.OK or timedelta(0) <= age <= _SOON:
            return True
        off_hour = age % _DAY
        return timedelta(0) <= age <= _LONGEST and min(off_hour, _DAY - off_hour) <= _SAME_HOUR


class ReferenceFile:
    """One camera's file. `view_key` names the settings that belong to the view (zones, control points):
    whoever aims the camera anew draws them anew, and the reference begins anew with them.
    """

    def __init__(self, path: Path, view_key: str) -> None:
        self._path = path
        self._view_key = view_key

    def read(self, view: View, params: GuardianParams) -> Remembered | None:
        """Give what was kept, None if there is nothing for such a view or it cannot be read."""
        try:
            with np.load(BytesIO(self._path.read_bytes()), allow_pickle=False) as stored:
                reference = Reference.resumed(stored, view, params)
                if reference is None or str(stored["view_key"]) != self._view_key:
                    return None
                state, since, kept_at = (str(stored[name]) for name in ("state", "state_since", "kept_at"))
                return Remembered(
                    reference,
                    CameraState(state),
                    datetime.fromisoformat(since) if since else None,
                    datetime.fromisoformat(kept_at),
                )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            log.warning("camera's usual view is learnt anew", file=str(self._path), reason=str(error))
            return None

    def write(self, remembered: Remembered) -> None:
        """Keep it, whole or not at all; a full disk must not stop the camera."""
        content = BytesIO()
        since = remembered.state_since
        np.savez_compressed(
            content,
            allow_pickle=False,
            view_key=self._view_key,
            state=remembered.state.value,
            state_since="" if since is None else since.isoformat(),
            kept_at=remembered.kept_at.isoformat(),
            **remembered.reference.to_arrays(),
        )
        unfinished = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content.getvalue())
            unfinished.replace(self._path)
        except OSError as error:
            log.warning("camera's usual view is not kept", file=str(self._path), reason=str(error))
