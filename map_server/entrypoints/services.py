"""What the doors may call: one attribute per concept, put together in bootstrap."""

from dataclasses import dataclass

from sqlalchemy import Engine

from map_server.config import Settings
from map_server.services.accounts import Accounts
from map_server.services.audit_desk import AuditDesk
from map_server.services.ports import Clock
from map_server.services.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases and flat queries of one running server."""

    settings: Settings
    engine: Engine
    clock: Clock
    accounts: Accounts
    sign_in: SignIn
    audit_desk: AuditDesk
