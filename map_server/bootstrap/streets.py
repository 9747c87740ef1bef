"""Puts streets together: what is loaded, what is closed, what was walked."""

from sqlalchemy import Engine

from map_server.adapters.db.queries.growth import SqlGrowthReads
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.geodata_files import GeodataFiles
from map_server.adapters.loaded_streets import LoadedStreets, street_network
from map_server.adapters.street_files import StreetFiles
from map_server.bootstrap.system import new_id
from map_server.entrypoints.services import StreetServices
from map_server.services.geodata import Geodata
from map_server.services.ports import Clock
from map_server.services.route_completions import RouteCompletions
from map_server.services.street_closures import StreetClosures
from map_server.services.street_coverage import StreetCoverage
from map_server.services.street_walks import StreetWalks
from map_server.services.streets import Streets


def street_services(
    engine: Engine, begin: SqlUnitsOfWork, clock: Clock, loaded: LoadedStreets
) -> StreetServices:
    """Give the services of streets."""
    read = begin.reading
    geodata = Geodata(begin, read, clock, GeodataFiles())
    return StreetServices(
        streets=Streets(read, geodata, StreetFiles(), lambda areas: street_network(areas).figures, loaded),
        closures=StreetClosures(begin, read, clock, new_id, loaded),
        coverage=StreetCoverage(read, clock, loaded, SqlGrowthReads(engine)),
        walks=StreetWalks(begin, read, clock, loaded),
        completions=RouteCompletions(read, clock, loaded),
    )
