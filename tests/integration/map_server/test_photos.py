"""Pictures that people take: kept once, for the period of their class, and never without an owner."""

import pytest

from map_server.domain.errors import Conflict, NotFound
from map_server.domain.evidence import HoldSubject, RetentionParams
from map_server.domain.inspection import Result
from map_server.domain.photo import JPEG, Picture, sha256_of_bytes
from map_server.services.photo_ports import PhotoSubject
from map_server.services.photos import keep_photo
from map_server.services.retention import Retention
from tests.site_register import ANNA, BEN, PICTURE, Register
from wire_contract.vocabulary import EventKind

DAY_S = 86400


def picture(number: int) -> Picture:
    content = b"\xff\xd8" + bytes([number]) * 50 + b"\xff\xd9"
    return Picture(content, sha256_of_bytes(content), JPEG)


def retention_of(register: Register) -> Retention:
    begin, files = register.ward.begin, register.files
    return Retention(begin, begin.reading, files, register.ward.clock, lambda: "hold-1", RetentionParams())


class TestKeeping:
    def test_sent_twice_it_is_kept_and_noted_once(self, register: Register) -> None:
        for _ in range(2):
            register.photos.add("drop", PICTURE, ANNA)
        with register.ward.begin.reading() as work:
            assert [photo.added_by for photo in work.photos.of("site", "drop")] == [ANNA]
            noted = [entry for entry in work.audit_log.entries() if entry.subject_id == PICTURE.sha256]
        assert [entry.action for entry in noted] == ["evidence_received"]

    def test_the_same_picture_may_be_of_two_things(self, register: Register) -> None:
        register.photos.add("drop", PICTURE, ANNA)
        register.photos.add("cleared", PICTURE, BEN)
        with register.ward.begin.reading() as work:
            assert work.photos.missing([PICTURE.sha256], [("site", "cleared")]) == set()
            assert work.photos.missing([PICTURE.sha256], [("site", "deferred")]) == {PICTURE.sha256}
            assert (work.evidence.held([PICTURE.sha256])) == {PICTURE.sha256}

    def test_what_was_erased_does_not_come_back(self, register: Register) -> None:
        register.photos.add("drop", PICTURE, ANNA)
        retention_of(register).erase(PICTURE.sha256, BEN, "somebody is in it who asked for it")
        with pytest.raises(Conflict):
            register.photos.add("drop", PICTURE, ANNA)
        assert register.files.path(PICTURE.sha256) is None

    def test_nothing_is_kept_for_a_site_that_is_not_there(self, register: Register) -> None:
        with pytest.raises(NotFound):
            register.photos.add("nowhere", PICTURE, ANNA)
        assert register.files.path(PICTURE.sha256) is None


class TestRetention:
    def test_each_picture_stays_for_the_period_of_its_own_class(self, register: Register) -> None:
        register.photos.add("drop", picture(1), ANNA)  # 90 days
        register.photos.add("cleared", picture(2), ANNA)  # a structure point: 730
        of_visit = PhotoSubject("visit", "V-1", EventKind.BLOCKED_FIRE_LANE)  # 180
        with register.ward.begin() as work:
            keep_photo(work, register.files, picture(3), of_visit, ANNA, register.ward.clock.now())
            work.commit()
        gone = []
        for days in (89, 2, 88, 2, 548, 2):
            register.ward.clock.advance(days * DAY_S)
            gone.append(retention_of(register).sweep())
        assert gone == [0, 1, 0, 1, 0, 1]

    def test_a_hold_keeps_it(self, register: Register) -> None:
        register.looked_at("drop", Result.CLEAR)
        keeper = retention_of(register)
        keeper.hold(HoldSubject.EVIDENCE, PICTURE.sha256, BEN, "a claim")
        register.ward.clock.advance(1000 * DAY_S)
        assert keeper.sweep() == 0
