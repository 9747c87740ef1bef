"""The record is honest: any change to any row or file is named, what was signed cannot be rewritten, evidence
goes when its time is up and stays while it is held.
"""

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from map_server.adapters.signing import is_signed, open_signatures, public_key_in
from map_server.bootstrap.record import recorded
from map_server.config import Settings
from map_server.domain.account import Role
from map_server.domain.audit_log import AuditEntry, AuditHead, AuditNote, chained
from map_server.domain.signed_head import SignedHead
from map_server.services.verification import Verification, Witness, verify
from tests.event_messages import HERE, evidence, message, metres_from
from tests.fakes.clock import NOON
from tests.integration.map_server.test_audit_desk import decide
from tests.running_server import RunningServer, running_server
from wire_contract.routes import EVENTS, EVIDENCE

MUTATIONS = 1000
TABLES = (
    "audit_log",
    "audit_head",
    "evidence",
    "event_evidence",
    "event_messages",
    "legal_holds",
    "signed_heads",
)


def picture(number: int) -> bytes:
    return b"\xff\xd8" + number.to_bytes(4, "big") * 50 + b"\xff\xd9"


def sha256_of(number: int) -> str:
    return hashlib.sha256(picture(number)).hexdigest()


def bring(server: RunningServer, count: int, device_id: str = "box-1") -> None:
    """Let a box report things far apart, with a picture each."""
    device = server.device(device_id)
    for number in range(count):
        sent = message(
            at=metres_from(HERE, 150.0 * number),
            started_at=NOON - timedelta(hours=1),
            device_id=device_id,
            evidence=[evidence(sha256_of(number)), evidence(sha256_of(number + 1000), "before")],
        )
        assert device.post(EVENTS, json=sent).status_code == 200
        assert (
            device.put(EVIDENCE.format(sha256=sha256_of(number)), content=picture(number)).status_code == 200
        )


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small server with everything in it: events, pictures, looks, verdicts, holds, an erasure, heads."""
    data = tmp_path_factory.mktemp("record") / "data"
    with running_server(data) as server:
        bring(server, 8)
        supervisor = server.person(Role.SUPERVISOR)
        for number in range(3):
            supervisor.get(EVIDENCE.format(sha256=sha256_of(number)))
        listed = supervisor.get("/api/v1/incidents").json()["incidents"]
        decide(supervisor, listed[0]["id"], decision="confirm")
        held = {"subject_kind": "incident", "subject_id": listed[1]["id"], "reason": "a claim"}
        hold = supervisor.post("/api/v1/legal-holds", json=held).json()
        supervisor.post(f"/api/v1/legal-holds/{hold['hold_id']}/lift", json={"reason": "settled"})
        supervisor.post("/api/v1/legal-holds", json=held | {"subject_id": listed[2]["id"]})
        erased = supervisor.post(
            f"/api/v1/evidence/{sha256_of(7)}/erase", json={"reason": "asked for by the person in it"}
        )
        assert erased.status_code == 204, erased.text
        for _ in range(2):
            assert server.services.keeping.heads.sign_if_due() is not None
            server.clock.advance(86400)
    return data


def check(data: Path, heads: list[SignedHead] | None = None, public_key: str | None = None) -> Verification:
    settings = Settings(data_dir=data)
    with recorded(settings) as record:
        witness = Witness(is_signed, public_key or record.public_key, heads or [])
        return verify(record.read, record.files, witness, lambda _: None)


def test_an_untouched_record_is_whole(lived_in: Path) -> None:
    found = check(lived_in)
    assert found.fault is None
    assert (found.evidence, found.erased, found.signed_heads) == (8, 1, 2)


@dataclass(frozen=True)
class Copy:
    """A copy of the record without the constraints of its tables, spoilt and mended again and again."""

    data: Path
    connection: sqlite3.Connection
    untouched: dict[str, list[tuple[Any, ...]]]
    pieces: dict[Path, bytes]

    @classmethod
    def of(cls, original: Path, data: Path) -> "Copy":
        """Copy what the check reads."""
        shutil.copytree(original, data, ignore=shutil.ignore_patterns("*.sqlite3*"))
        connection = sqlite3.connect(data / "lilong.sqlite3", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("ATTACH ? AS original", (str(original / "lilong.sqlite3"),))
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM original.{table} ORDER BY rowid")
        connection.execute("DETACH original")
        copy = cls(data, connection, {}, {path: path.read_bytes() for path in files_of(data)})
        copy.untouched.update({table: copy.rows(table) for table in TABLES})
        return copy

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid").fetchall()

    def files(self) -> list[Path]:
        return files_of(self.data)

    def mend(self) -> None:
        """Put everything back as it was."""
        for table, rows in self.untouched.items():
            if self.rows(table) != rows:
                names = ", ".join(["rowid", *self.columns(table)])
                marks = ", ".join("?" * len(rows[0]))
                self.connection.execute(f"DELETE FROM {table}")
                self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        for path in set(self.files()) - set(self.pieces):
            path.unlink()
        for path, content in self.pieces.items():
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def files_of(data: Path) -> list[Path]:
    return sorted((data / "evidence").glob("??/??/*"))


@pytest.mark.slow
def test_a_thousand_random_changes_to_any_row_or_file_are_each_named(lived_in: Path, tmp_path: Path) -> None:
    chance = random.Random(20261123)
    spoil: list[Callable[[Copy, random.Random], str]] = [change, remove, insert, swap, spoil_file]
    copy = Copy.of(lived_in, tmp_path / "data")
    with recorded(Settings(data_dir=copy.data)) as record:
        witness = Witness(is_signed, record.public_key)
        for number in range(MUTATIONS):
            told = spoil[number % len(spoil)](copy, chance)
            found = verify(record.read, record.files, witness, lambda _: None)
            assert found.fault is not None, (number, told)
            assert_named(found.fault, told)
            copy.mend()
        assert verify(record.read, record.files, witness, lambda _: None).fault is None
    copy.connection.close()


def change(copy: Copy, chance: random.Random) -> str:
    table = chance.choice(TABLES)
    row = chance.choice(copy.rows(table))
    names = copy.columns(table)
    column = chance.randrange(1 if table == "audit_head" else 0, len(names))
    old = row[column + 1]
    new = other_than(old, chance)
    copy.connection.execute(f"UPDATE {table} SET {names[column]} = ? WHERE rowid = ?", (new, row[0]))
    return f"{table}.{names[column]}: {old!r} -> {new!r}"


def other_than(old: object, chance: random.Random) -> object:
    if isinstance(old, int):
        return old + chance.choice((-1, 1, 7))
    if old is None:
        return "something"
    text = str(old)
    place = chance.randrange(len(text)) if text else 0
    letter = "0" if text[place : place + 1] != "0" else "1"
    return text[:place] + letter + text[place + 1 :]


def remove(copy: Copy, chance: random.Random) -> str:
    table = chance.choice([table for table in TABLES if table != "audit_head"])
    row = chance.choice(copy.rows(table))
    copy.connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row[0],))
    return f"{table}: removed {row}"


def insert(copy: Copy, chance: random.Random) -> str:
    table = chance.choice([table for table in TABLES if table != "audit_head"])
    row = list(chance.choice(copy.rows(table)))[1:]
    names = copy.columns(table)
    key = {"audit_log": "seq", "signed_heads": "day", "legal_holds": "hold_id"}.get(table, "sha256")
    key = "digest" if table == "event_messages" else key
    place = names.index(key)
    row[place] = (
        row[place] + 1000 if isinstance(row[place], int) else hashlib.sha256(str(row).encode()).hexdigest()
    )
    marks = ", ".join("?" * len(row))
    copy.connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    return f"{table}: added {row}"


def swap(copy: Copy, chance: random.Random) -> str:
    """Exchange all but the key of two rows, or the keys themselves."""
    table = chance.choice(["audit_log", "evidence", "event_evidence", "event_messages", "signed_heads"])
    keys = {"audit_log": 1, "evidence": 1, "event_evidence": 1, "event_messages": 2, "signed_heads": 1}[table]
    names, rows = copy.columns(table), copy.rows(table)
    while True:
        one, other = chance.sample(rows, 2)
        if one[1 : 1 + keys] != other[1 : 1 + keys] and one[1 + keys :] != other[1 + keys :]:
            break  # else the same rows would stand there, in another order
    assignments = ", ".join(f"{name} = ?" for name in names[keys:])
    for row, content in ((one, other), (other, one)):
        copy.connection.execute(
            f"UPDATE {table} SET {assignments} WHERE rowid = ?", (*content[1 + keys :], row[0])
        )
    return f"{table}: swapped {one[:3]} and {other[:3]}"


def spoil_file(copy: Copy, chance: random.Random) -> str:
    path, other = chance.sample(copy.files(), 2)
    match chance.randrange(5):
        case 0:
            path.unlink()
            return f"file {path.name} removed"
        case 1:
            content = bytearray(path.read_bytes())
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            path.write_bytes(content)
            return f"file {path.name} changed"
        case 2:
            one, two = path.read_bytes(), other.read_bytes()
            path.write_bytes(two)
            other.write_bytes(one)
            return f"files {path.name} and {other.name} exchanged"
        case 3:
            foreign = path.with_name(path.name[:4] + hashlib.sha256(path.name.encode()).hexdigest()[4:])
            foreign.write_bytes(b"foreign")
            return f"file {foreign.name} added"
        case _:
            erased = copy.data / "evidence" / sha256_of(7)[:2] / sha256_of(7)[2:4] / sha256_of(7)
            erased.parent.mkdir(parents=True, exist_ok=True)
            erased.write_bytes(picture(7))
            return f"file {erased.name} back after its erasure"


def assert_named(fault: str, told: str) -> None:
    """The row or file is named, not merely that something is wrong."""
    if told.startswith("file"):
        hashes = [word for word in told.split() if len(word) == 64]
        assert any(each in fault for each in hashes), (fault, told)
    else:
        table = told.partition(".")[0].partition(":")[0]
        names = {
            "audit_log": ("entry", "signed head"),
            "audit_head": ("entry", "head"),
            "evidence": ("evidence", "erased"),
            "event_evidence": ("evidence named by event",),
            "event_messages": ("message",),
            "legal_holds": ("legal hold",),
            "signed_heads": ("signed head", "entry"),
        }[table]
        assert any(name in fault for name in names), (fault, told)


class TestSignedHeads:
    def test_a_log_rewritten_with_its_head_is_named_by_heads_exported_before(
        self, lived_in: Path, tmp_path: Path
    ) -> None:
        """Whoever has the database, but not the exported heads, can make a chain that fits."""
        data = Path(shutil.copytree(lived_in, tmp_path / "data"))
        with recorded(Settings(data_dir=data)) as record, record.read() as work:
            heads = work.signed_heads.all()
        rewrite_from(data, 3)

        without = check(data)
        found = check(data, heads)

        assert without.fault is None, "nothing inside the database can tell"
        assert found.fault is not None
        assert "was rewritten" in found.fault

    def test_a_head_signed_with_another_key_is_named(self, lived_in: Path, tmp_path: Path) -> None:
        other = open_signatures(tmp_path / "other")
        found = check(lived_in, public_key=other.public_key)
        assert found.fault is not None
        assert "another key" in found.fault

    def test_the_key_is_made_once_and_for_its_owner_alone(self, tmp_path: Path) -> None:
        first, second = open_signatures(tmp_path / "secrets"), open_signatures(tmp_path / "secrets")
        assert first.public_key == second.public_key == public_key_in(tmp_path / "secrets")
        assert (tmp_path / "secrets/signing-key.pem").stat().st_mode & 0o777 == 0o600
        assert is_signed(first.public_key, b"statement", second.sign(b"statement"))
        assert not is_signed(first.public_key, b"statemenT", second.sign(b"statement"))

    def test_one_head_is_signed_each_day_of_the_ward(self, server: RunningServer) -> None:
        server.device("box-1").post(EVENTS, json=message())
        heads = server.services.keeping.heads
        assert heads.sign_if_due() is not None
        assert heads.sign_if_due() is None
        server.clock.advance(13 * 3600)  # past midnight in Shanghai
        assert heads.sign_if_due() is not None
        assert [head.day for head in heads.all()] == ["2026-11-23", "2026-11-24"]
        told = server.person(Role.AUDITOR).get("/api/v1/record/heads").json()
        assert told["public_key"] == heads.public_key
        assert all(is_signed(head.public_key, head.statement, head.signature) for head in heads.all())


def rewrite_from(data: Path, seq: int) -> None:
    """Forge the log from an entry on, with its head and the signed ones."""
    connection = sqlite3.connect(data / "lilong.sqlite3")
    connection.execute("PRAGMA foreign_keys=OFF")
    rows = connection.execute("SELECT * FROM audit_log ORDER BY seq").fetchall()
    names = [row[1] for row in connection.execute("PRAGMA table_info(audit_log)")]
    head = AuditHead(seq - 1, rows[seq - 2][names.index("hash")])
    connection.execute("DELETE FROM signed_heads")
    for values in rows[seq - 1 :]:
        old = dict(zip(names, values, strict=True))
        if old["subject_kind"] == "signed_head":
            old |= {"action": "nothing_happened", "subject_kind": "nothing", "after": None}
        reason = "forged" if old["seq"] == seq else old["reason"]
        note = AuditNote(
            old["action"],
            old["subject_kind"],
            old["subject_id"],
            old["actor"],
            reason,
            None if old["before"] is None else json.loads(old["before"]),
            None if old["after"] is None else json.loads(old["after"]),
        )
        (entry,) = chained(head, NOON, [note])
        connection.execute(
            "UPDATE audit_log SET at=?, action=?, subject_kind=?, reason=?, after=?, previous_hash=?, hash=?"
            " WHERE seq=?",
            (
                entry.at,
                entry.action,
                entry.subject_kind,
                entry.reason,
                entry.after,
                entry.previous_hash,
                entry.hash,
                entry.seq,
            ),
        )
        head = AuditHead(entry.seq, entry.hash)
    connection.execute("UPDATE audit_head SET seq=?, hash=?", (head.seq, head.hash))
    connection.commit()
    connection.close()


class TestRetention:
    def close_all(self, server: RunningServer) -> None:
        """The devices say that everything has gone."""
        device = server.device("box-1")
        for incident in server.person().get("/api/v1/incidents").json()["incidents"]:
            detail = server.person().get(f"/api/v1/incidents/{incident['id']}").json()
            for event in detail["events"]:
                gone = message(
                    "closed",
                    event_id=event["event_id"],
                    at=None,
                    started_at=NOON - timedelta(hours=1),
                    sequence=1,
                )
                assert device.post(EVENTS, json=gone).status_code == 200

    def test_evidence_goes_when_its_time_is_up_and_its_record_stays(self, server: RunningServer) -> None:
        bring(server, 2)
        self.close_all(server)
        retention = server.services.keeping.retention
        server.clock.advance(89 * 86400)
        assert retention.sweep() == 0
        server.clock.advance(2 * 86400)

        assert retention.sweep() == 2

        assert retention.sweep() == 0
        assert server.services.evidence_files.path(sha256_of(0)) is None
        answer = server.person().get(EVIDENCE.format(sha256=sha256_of(0)))
        assert answer.status_code == 404
        assert "was erased on" in answer.json()["detail"]
        assert verified(server).fault is None
        assert verified(server).erased == 2

    def test_what_is_still_open_stays(self, server: RunningServer) -> None:
        bring(server, 1)
        server.clock.advance(500 * 86400)
        assert server.services.keeping.retention.sweep() == 0

    @pytest.mark.parametrize("subject_kind", ["incident", "evidence"])
    def test_what_is_held_stays_until_the_hold_is_lifted(
        self, server: RunningServer, subject_kind: str
    ) -> None:
        bring(server, 1)
        self.close_all(server)
        supervisor = server.person(Role.SUPERVISOR)
        (incident,) = supervisor.get("/api/v1/incidents").json()["incidents"]
        subject_id = incident["id"] if subject_kind == "incident" else sha256_of(0)
        request = {"subject_kind": subject_kind, "subject_id": subject_id, "reason": "a claim"}
        hold = supervisor.post("/api/v1/legal-holds", json=request)
        assert hold.status_code == 201, hold.text
        assert supervisor.post("/api/v1/legal-holds", json=request).status_code == 409
        server.clock.advance(500 * 86400)
        supervisor = server.person(Role.SUPERVISOR)
        assert server.services.keeping.retention.sweep() == 0
        erase = f"/api/v1/evidence/{sha256_of(0)}/erase"
        assert supervisor.post(erase, json={"reason": "asked"}).status_code == 409

        lift = f"/api/v1/legal-holds/{hold.json()['hold_id']}/lift"
        assert supervisor.post(lift, json={"reason": "settled"}).status_code == 200

        assert server.services.keeping.retention.sweep() == 1

    def test_bytes_left_over_by_a_stop_are_found_again(self, server: RunningServer) -> None:
        bring(server, 1)
        supervisor = server.person(Role.SUPERVISOR)
        supervisor.post(f"/api/v1/evidence/{sha256_of(0)}/erase", json={"reason": "asked"})
        server.services.evidence_files.append(sha256_of(0), 0, picture(0))
        server.services.evidence_files.complete(sha256_of(0))
        assert "recorded as erased" in (verified(server).fault or "")

        server.services.keeping.retention.sweep()

        assert verified(server).fault is None

    def test_only_supervisors_hold_and_erase_and_say_why(self, server: RunningServer) -> None:
        bring(server, 1)
        erase = f"/api/v1/evidence/{sha256_of(0)}/erase"
        assert server.person(Role.AUDITOR).post(erase, json={"reason": "asked"}).status_code == 403
        assert server.person(Role.SUPERVISOR).post(erase, json={"reason": ""}).status_code == 422


class TestLooks:
    def test_a_page_view_is_one_entry_with_all_that_it_shows(self, server: RunningServer) -> None:
        bring(server, 1)
        auditor = server.person(Role.AUDITOR)
        (incident,) = auditor.get("/api/v1/incidents").json()["incidents"]
        page = f"/audit/items/{incident['id']}"

        for _ in range(2):
            auditor.get(page)
            assert auditor.get(EVIDENCE.format(sha256=sha256_of(0))).status_code == 200

        (look,) = looks(server)
        assert look.subject_id == incident["id"]
        assert json.loads(look.after or "")["sha256"] == [sha256_of(0)]
        server.clock.advance(601)
        auditor.get(EVIDENCE.format(sha256=sha256_of(0)))
        assert [each.subject_kind for each in looks(server)] == ["evidence_view", "evidence"]

    def test_somebody_elses_page_is_no_look_of_mine(self, server: RunningServer) -> None:
        bring(server, 1)
        auditor, other = server.person(Role.AUDITOR), server.person(Role.PATROL)
        (incident,) = auditor.get("/api/v1/incidents").json()["incidents"]
        auditor.get(f"/audit/items/{incident['id']}")
        other.get(EVIDENCE.format(sha256=sha256_of(0)))
        assert len({look.actor for look in looks(server)}) == 2


def looks(server: RunningServer) -> list[AuditEntry]:
    with server.services.read() as work:
        return [entry for entry in work.audit_log.entries() if entry.action == "evidence_viewed"]


def verified(server: RunningServer) -> Verification:
    key = server.services.keeping.heads.public_key
    return verify(
        server.services.read, server.services.evidence_files, Witness(is_signed, key), lambda _: None
    )
