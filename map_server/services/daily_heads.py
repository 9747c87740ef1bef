"""Signs the newest link of the audit log once a day, and exports what was signed."""

from dataclasses import asdict, replace

from map_server.domain.audit_log import instant
from map_server.domain.signed_head import Signatures, SignedHead
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock


class DailyHeads:
    """`read` opens a unit of work that only reads."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, signatures: Signatures) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._signatures = signatures

    @property
    def public_key(self) -> str:
        """Give the key that checks the signatures, 32 bytes in hex."""
        return self._signatures.public_key

    def sign_if_due(self) -> SignedHead | None:
        """Sign the head as it is now, unless this day of the ward has one or the log is empty."""
        now = self._clock.now()
        day = now.astimezone(WARD_ZONE).date().isoformat()
        with self._read() as work:
            newest = work.signed_heads.newest()
            if (newest is not None and newest.day >= day) or work.audit_log.head().seq == 0:
                return None
        with self._begin() as work:
            newest, head = work.signed_heads.newest(), work.audit_log.head()
            if newest is not None and newest.day >= day:
                return None  # another process was quicker
            unsigned = SignedHead(day, head.seq, head.hash, instant(now), self.public_key)
            signed = replace(unsigned, signature=self._signatures.sign(unsigned.statement))
            work.signed_heads.add(signed)
            work.note("head_signed", "signed_head", day, "system", after=asdict(signed))
            work.commit()
        return signed

    def all(self) -> list[SignedHead]:
        """Give all signed heads, oldest first."""
        with self._read() as work:
            return work.signed_heads.all()
