"""The confirmed incidents, for patrol planning."""

from sqlalchemy import Engine, select

from map_server.adapters.db.repositories.incidents import incident_from_row
from map_server.adapters.db.tables.incidents import incidents
from map_server.domain.incident import Incident, IncidentState
from wire_contract.vocabulary import EventKind


class SqlConfirmedIncidents:
    """See services.patrol_ports.ConfirmedIncidents. A camera's own health is no errand for a patrol."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self) -> list[Incident]:
        """Give the confirmed incidents that are still there, oldest first."""
        wanted = select(incidents).where(
            incidents.c.state == str(IncidentState.CONFIRMED),
            incidents.c.kind != str(EventKind.CAMERA_HEALTH),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(incidents.c.number)).mappings()
            return [incident_from_row(row) for row in rows]
