"""Draws every incident once, by the policy that holds: into the sample, the uncertain ones, or none."""

from collections.abc import Callable

from map_server.domain.audit_policy import AuditPolicy, PolicyVersion
from map_server.domain.audit_sample import AuditItem, drawn
from map_server.domain.errors import VersionConflict
from map_server.services.ports import Begin, Clock, UnitOfWork

_AT_ONCE = 500


class AuditSampling:
    """`first_policy` holds until somebody sets another one; `new_seed` gives 256 random bits as text."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        new_seed: Callable[[], str],
        first_policy: AuditPolicy,
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_seed = new_seed
        self._first_policy = first_policy

    def policy(self) -> PolicyVersion:
        """Give the policy that holds; the first one is stored when it is first asked for."""
        with self._read() as work:
            known = work.audit_items.policy()
        if known is not None:
            return known
        with self._begin() as work:
            stored = self._policy_in(work)
            work.commit()
        return stored

    def set_policy(self, policy: AuditPolicy, actor: str, seen_version: int) -> PolicyVersion:
        """Let another policy hold from now on; what was drawn stays as it was drawn.

        Raises VersionConflict when somebody was quicker.
        """
        with self._begin() as work:
            before = self._policy_in(work)
            if before.version != seen_version:
                raise VersionConflict("Somebody else has changed the audit policy; look at it again.")
            now = self._clock.now()
            after = PolicyVersion(before.version + 1, policy, before.seed, now, actor)
            work.audit_items.add_policy(after)
            work.note(
                "audit_policy_set",
                "audit_policy",
                str(after.version),
                actor,
                before=before.policy.to_json(),
                after=policy.to_json(),
            )
            work.commit()
        return after

    def draw(self) -> None:
        """Draw what was not drawn yet."""
        with self._read() as work:
            if not work.audit_items.undrawn(1):
                return
        with self._begin() as work:
            self.draw_in(work)
            work.commit()

    def draw_in(self, work: UnitOfWork) -> None:
        """Draw what was not drawn yet, in order of number, as part of a unit of work."""
        while candidates := work.audit_items.undrawn(_AT_ONCE):
            version = self._policy_in(work)
            now = self._clock.now()
            ordinals = dict(work.audit_items.last_ordinals({each.stratum for each in candidates}))
            items: list[AuditItem] = []
            for each in candidates:
                ordinals[each.stratum] += 1
                items.append(drawn(each, ordinals[each.stratum], version.seed, version.policy.sampling, now))
            work.audit_items.add(items)

    def _policy_in(self, work: UnitOfWork) -> PolicyVersion:
        known = work.audit_items.policy()
        if known is None:
            known = PolicyVersion(1, self._first_policy, self._new_seed(), self._clock.now(), "system")
            work.audit_items.add_policy(known)
        return known
