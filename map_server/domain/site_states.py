"""The ways of a structure point from one state to another, and what each needs.

deferred ──> cleared                       (approved: the number of deferred ones falls in no other way)
to_clear ──> cleared | released
cleared  ──> to_clear                      (something came back)
released ──> to_clear
suspect  ──> to_clear | deferred | released

`cleared` needs an inspection that found the place clear, with a photo, by somebody else than the person who
approves it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from map_server.domain.errors import Conflict, Forbidden, InvalidInput, VersionConflict
from map_server.domain.inspection import Inspection, Result
from map_server.domain.site import Site, StructureState

WAYS: Mapping[StructureState, tuple[StructureState, ...]] = MappingProxyType(
    {
        StructureState.DEFERRED: (StructureState.CLEARED,),
        StructureState.TO_CLEAR: (StructureState.CLEARED, StructureState.RELEASED),
        StructureState.CLEARED: (StructureState.TO_CLEAR,),
        StructureState.RELEASED: (StructureState.TO_CLEAR,),
        StructureState.SUSPECT: (
            StructureState.TO_CLEAR,
            StructureState.DEFERRED,
            StructureState.RELEASED,
        ),
    }
)


def ways_of(site: Site) -> tuple[StructureState, ...]:
    """Give the states that a site may be given now."""
    return WAYS[site.state] if site.state is not None and site.is_registered else ()


def moved(
    site: Site,
    state: StructureState,
    actor: str,
    reason: str,
    latest: Inspection | None,
    version: int | None = None,
) -> Site:
    """Give the site its new state. `latest` is its newest inspection that reached the place.

    Raises InvalidInput without a reason, VersionConflict when it was changed since, Conflict for a way that
    does not exist or lacks its inspection, Forbidden when the inspector would approve himself.
    """
    if not reason.strip():
        raise InvalidInput("reason: say why the state changes")
    if version is not None and version != site.version:
        raise VersionConflict(f"site {site.site_id} was changed meanwhile; look again")
    ways = ways_of(site)
    if state not in ways:
        allowed = f"it may become {', '.join(ways)}" if ways else "its state cannot be changed"
        raise Conflict(f"site {site.site_id} is {site.state} and cannot become {state}; {allowed}")
    if state is StructureState.CLEARED:
        _check_cleared(site, latest, actor)
    return replace(site, state=state, is_decided=True, version=site.version + 1)


def withdrawn(site: Site, at: datetime) -> Site:
    """Take a site off the register; its history stays."""
    return replace(site, withdrawn_at=at, version=site.version + 1)


def restored(site: Site) -> Site:
    """Put a site back on the register."""
    return replace(site, withdrawn_at=None, version=site.version + 1)


def _check_cleared(site: Site, latest: Inspection | None, actor: str) -> None:
    if latest is None or latest.result is not Result.CLEAR:
        raise Conflict(
            f"site {site.site_id}: record an inspection that found the place clear first, then approve it"
        )
    if not latest.photos:
        raise Conflict(f"site {site.site_id}: the inspection that found it clear has no photo; add one")
    if latest.inspector == actor:
        raise Forbidden("Somebody else than the inspector must approve that it is cleared.")
