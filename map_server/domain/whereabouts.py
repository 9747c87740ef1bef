"""Finds the grid and the compound in which a point lies."""

from collections.abc import Sequence

import shapely

from map_server.domain.datum import LonLat
from map_server.domain.place import Area, Whereabouts


class Gazetteer:
    """Answers for the areas as they were when it was made."""

    def __init__(self, grids: Sequence[Area], compounds: Sequence[Area]) -> None:
        self._grids = tuple(grids)
        self._compounds = tuple(compounds)
        self._grid_tree = shapely.STRtree([area.geometry for area in grids])
        self._compound_tree = shapely.STRtree([area.geometry for area in compounds])

    def at(self, point: LonLat) -> Whereabouts:
        """Tell where a point lies; on a border, in the area that comes first."""
        grid = _first(self._grid_tree, self._grids, point)
        compound = _first(self._compound_tree, self._compounds, point)
        return Whereabouts(
            grid_id=grid.area_id if grid else None,
            grid_zh=grid.name_zh if grid else "",
            grid_en=grid.name_en if grid else "",
            unit_zh=str(grid.attributes.get("responsible_unit_zh") or "") if grid else "",
            unit_en=str(grid.attributes.get("responsible_unit_en") or "") if grid else "",
            compound_id=compound.area_id if compound else None,
            compound_zh=compound.name_zh if compound else "",
            compound_en=compound.name_en if compound else "",
        )


def _first(tree: shapely.STRtree, areas: Sequence[Area], point: LonLat) -> Area | None:
    found = tree.query(shapely.Point(point), predicate="intersects")
    return areas[int(found.min())] if found.size else None


def grids_of_compounds(grids: Sequence[Area], compounds: Sequence[Area]) -> dict[str, str | None]:
    """Tell for each compound the grid in which its middle lies."""
    gazetteer = Gazetteer(grids, ())
    middles = {area.area_id: area.geometry.representative_point() for area in compounds}
    return {area_id: gazetteer.at((middle.x, middle.y)).grid_id for area_id, middle in middles.items()}
