"""What people do with work orders: draft one, take it a step further, add a picture."""

from dataclasses import dataclass

from map_server.domain.errors import Conflict, Forbidden
from map_server.domain.evidence import retention_class
from map_server.domain.photo import Picture
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.work_order import WorkOrder
from map_server.domain.work_order_moves import Command, wrong
from map_server.domain.work_order_rules import Action, WorkActor, allowed_actions
from map_server.services.evidence import EvidenceFiles
from map_server.services.photo_ports import PhotoSubject
from map_server.services.photos import expect_kept, keep_photo
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.responsibility_ports import OwnerLookup
from map_server.services.work_order_flow import Subject, WorkOrderFlow, subject_of


@dataclass(frozen=True, slots=True)
class AddedPhoto:
    """A picture as it is kept: without what its camera wrote into it, so perhaps under another hash."""

    sha256: str
    size_bytes: int


class WorkOrders:
    """Each method takes the version that the person saw; None acts on whatever is there."""

    def __init__(
        self,
        begin: Begin,
        clock: Clock,
        flow: WorkOrderFlow,
        owners: OwnerLookup,
        files: EvidenceFiles,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._flow = flow
        self._owners = owners
        self._files = files

    def draft(self, incident_id: str, actor: WorkActor) -> WorkOrder:
        """Draft an order for an incident by hand. Raises Conflict when one lives already."""
        if not actor.is_officer:
            raise Forbidden("Only a supervisor may do this.")
        with self._begin() as work:
            incident = work.incidents.get(incident_id)
            if not incident.is_open:
                raise Conflict(
                    f"incident {incident.number} is {incident.state}; there is nothing to do there"
                )
            order = self._draft(work, subject_of(incident), actor)
            work.commit()
        return order

    def draft_for(self, subject: Subject, actor: WorkActor) -> WorkOrder:
        """Draft and file an order for a site. Raises Conflict when one lives already."""
        with self._begin() as work:
            order = self._draft(work, subject, actor)
            order = self._flow.act(work, order, Command(action=Action.FILE), actor, self._clock.now())
            work.commit()
        return order

    def _draft(self, work: UnitOfWork, subject: Subject, actor: WorkActor) -> WorkOrder:
        key = f"incident:{subject.incident_id}" if subject.incident_id else f"site:{subject.site_id}"
        living = work.work_orders.living_on(key)
        if living is not None:
            raise Conflict("A work order deals with it already.")
        return self._flow.draft(work, subject, actor, self._clock.now())

    def act(
        self, work_order_id: str, command: Command, actor: WorkActor, version: int | None = None
    ) -> WorkOrder:
        """Take an action. Raises NotFound, VersionConflict, Conflict, Forbidden, InvalidInput."""
        with self._begin() as work:
            order = work.work_orders.get(work_order_id)
            order.expect_version(version)
            self._expect_known(work, order, command)
            order = self._flow.act(work, order, command, actor, self._clock.now())
            work.commit()
        return order

    def _expect_known(self, work: UnitOfWork, order: WorkOrder, command: Command) -> None:
        """Refuse units that nobody knows, and pictures that were not added to this order before."""
        named = [command.unit_id] if command.unit_id else []
        wanted = [*named, *(command.assistant_unit_ids or ())]
        if wanted:
            today = self._clock.now().astimezone(WARD_ZONE).date()
            in_force = {unit.unit_id for unit in self._owners.units() if unit.is_valid_on(today)}
            for unit_id in wanted:
                if unit_id not in in_force:
                    raise wrong("unit_id", "There is no such unit in force.")
        expect_kept(work, [("work_order", order.work_order_id)], command.photos)

    def add_photo(self, work_order_id: str, picture: Picture, actor: WorkActor) -> AddedPhoto:
        """Keep a picture for an order and tie it to it. Twice is no fault.

        Raises NotFound, Conflict when the order has ended, Forbidden for people who may do nothing with it.
        """
        with self._begin() as work:
            order = work.work_orders.get(work_order_id)
            if not order.is_living:
                raise Conflict("This work order has ended; it takes no more pictures.")
            if not allowed_actions(order, actor):
                raise Forbidden("Only those who work on this order may add pictures.")
            subject = PhotoSubject("work_order", work_order_id, retention_class(order.kind))
            keep_photo(work, self._files, picture, subject, actor.name, self._clock.now())
            work.commit()
        return AddedPhoto(picture.sha256, len(picture.content))
