"""Names of compounds and grids, for forms in which people choose areas."""

from dataclasses import dataclass

from sqlalchemy import Engine, select

from map_server.adapters.db.tables.places import areas
from map_server.domain.reach import WHOLE_WARD, Reach


@dataclass(frozen=True, slots=True)
class AreaName:
    """An area as people call it."""

    area_id: str
    name_zh: str
    name_en: str


class SqlAreaNames:
    """Reads without a transaction that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def compounds(self, reach: Reach = WHOLE_WARD) -> list[AreaName]:
        """Give the compounds by id; of a smaller reach, those that it names."""
        return [one for one in self._of("compounds") if reach.is_whole_ward or one.area_id in reach.compounds]

    def grids(self) -> list[AreaName]:
        """Give the grids by id."""
        return self._of("grids")

    def _of(self, layer: str) -> list[AreaName]:
        statement = select(areas.c.area_id, areas.c.name_zh, areas.c.name_en).where(areas.c.layer == layer)
        with self._engine.connect() as connection:
            return [AreaName(*row) for row in connection.execute(statement.order_by(areas.c.area_id))]
