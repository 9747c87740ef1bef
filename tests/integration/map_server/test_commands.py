"""`map-server` on the command line: what it prints, what it refuses in one line, and how it stops."""

import hashlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from map_server.__main__ import main
from tests.event_messages import evidence, message
from tests.running_server import running_server
from wire_contract.routes import EVENTS, EVIDENCE

PICTURE = b"a picture"
SHA256 = hashlib.sha256(PICTURE).hexdigest()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that took in some events and a picture, and was stopped."""
    data = tmp_path_factory.mktemp("server") / "data"
    with running_server(data) as server:
        device = server.device()
        sent = message(evidence=[evidence(SHA256)])
        device.post(
            EVENTS, json=[sent, message(at=(121.57, 31.25)), message("closed", event_id=sent["event_id"])]
        )
        assert device.put(EVIDENCE.format(sha256=SHA256), content=PICTURE).status_code == 200
    return data


class TestEnrolDevice:
    def test_it_prints_the_token_alone_on_standard_output(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("enroll-device", "box-1", "--data", str(tmp_path)) == 0

        printed = capsys.readouterr()
        assert re.fullmatch(r"[\w-]{43}\n", printed.out)
        assert "box-1" in printed.err

    def test_a_name_that_cannot_be_one_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("enroll-device", "box 1/2", "--data", str(tmp_path)) == 2

        assert_one_line(capsys, "'box 1/2'", "letters")


class TestVerifyLog:
    def test_an_untouched_record_is_whole(self, lived_in: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("verify-log", "--data", str(lived_in)) == 0

        assert re.match(
            r"\d+ log entries and 1 pieces of evidence are whole\nhead [0-9a-f]{64}\n",
            capsys.readouterr().out,
        )

    def test_it_writes_nothing(self, lived_in: Path, tmp_path: Path) -> None:
        data = copied(lived_in, tmp_path)
        before = (data / "lilong.sqlite3").read_bytes()

        run("verify-log", "--data", str(data))

        assert (data / "lilong.sqlite3").read_bytes() == before
        assert sorted(path.name for path in data.iterdir()) == sorted(
            path.name for path in lived_in.iterdir()
        )

    @settings(
        deadline=None,
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        derandomize=True,
    )
    @given(
        seq=st.integers(1, 8),
        column=st.sampled_from(
            [
                "at",
                "actor",
                "action",
                "subject_kind",
                "subject_id",
                "reason",
                "after",
                "previous_hash",
                "hash",
            ]
        ),
        value=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
        | st.integers(0, 9)
        | st.binary(max_size=3),
    )
    def test_any_alteration_of_any_entry_is_named(
        self,
        lived_in: Path,
        tmp_path_factory: pytest.TempPathFactory,
        capsys: pytest.CaptureFixture[str],
        seq: int,
        column: str,
        value: str | int | bytes,
    ) -> None:
        data = copied(lived_in, tmp_path_factory.mktemp("altered"))
        altered = edit(
            data,
            f'UPDATE audit_log SET "{column}" = ? WHERE seq = ? AND "{column}" IS NOT ?',
            value,
            seq,
            value,
        )
        capsys.readouterr()

        code = run("verify-log", "--data", str(data))

        assert code == (1 if altered else 0)
        if altered:
            assert_one_line(capsys, f"entry {seq} ")

    @pytest.mark.parametrize(
        ("statement", "word"),
        [
            ("DELETE FROM audit_log WHERE seq = 3", "entry 3 is missing"),
            ("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)", "is missing"),
            ("DELETE FROM audit_log", "entry 1 is missing"),
            ("UPDATE audit_log SET seq = seq + 100 WHERE seq = 2", "entry 2 is missing"),
            (
                "UPDATE audit_head SET hash = (SELECT hash FROM audit_log WHERE seq = 2)",
                "head",
            ),
        ],
    )
    def test_removed_and_moved_entries_are_named(
        self, lived_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], statement: str, word: str
    ) -> None:
        data = copied(lived_in, tmp_path)
        edit(data, statement)

        assert run("verify-log", "--data", str(data)) == 1
        assert_one_line(capsys, word)

    @pytest.mark.parametrize("content", [b"another picture", b"", None])
    def test_altered_and_lost_evidence_is_named(
        self, lived_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
    ) -> None:
        data = copied(lived_in, tmp_path)
        file = data / "evidence" / SHA256[:2] / SHA256[2:4] / SHA256
        file.unlink() if content is None else file.write_bytes(content)

        assert run("verify-log", "--data", str(data)) == 1
        assert_one_line(capsys, SHA256)

    def test_a_folder_without_a_server_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("verify-log", "--data", str(tmp_path / "nothing")) == 2

        assert_one_line(capsys, str(tmp_path / "nothing"))
        assert not (tmp_path / "nothing").exists()


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (("serve", "--port", "high"), "'--port'"),
            (("serve", "--port", "70000"), "port: 70000"),
            (("enroll-device",), "ID"),
            (("sreve",), "sreve"),
            (("serve", "--colour"), "--colour"),
        ],
    )
    def test_it_is_one_line_and_exit_code_2(
        self, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], word: str
    ) -> None:
        assert run(*arguments) == 2

        assert_one_line(capsys, word)

    def test_a_data_folder_that_is_a_file_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "data").write_text("no folder")

        assert run("enroll-device", "box-1", "--data", str(tmp_path / "data")) == 2
        assert_one_line(capsys, str(tmp_path / "data"))

    def test_a_port_in_use_is_named(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            assert run("serve", "--port", str(port), "--data", str(tmp_path)) == 2

        assert_one_line(capsys, f"port {port}", "--port")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_it_is_prints_the_link_and_stops_cleanly(
    tmp_path: Path, sent: signal.Signals
) -> None:
    command = [sys.executable, "-m", "map_server", "serve", "--data", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().rsplit(" ", 1)[1].strip()
        link = process.stdout.readline().rsplit(" ", 1)[1].strip()
        with httpx.Client(trust_env=False, timeout=30) as client:
            assert client.get(f"{url}/readyz").json() == {"status": "ready"}
            assert client.get(link).status_code == 200
        process.send_signal(sent)
        rest, errors = process.communicate(timeout=60)

    assert process.returncode == 0, errors
    assert rest == "map-server: stopped\n"
    assert "Traceback" not in errors


def test_open_streams_end_when_the_server_stops(tmp_path: Path) -> None:
    ended = threading.Event()
    with running_server(tmp_path) as server:
        person = server.person()

        def watch() -> None:
            with person.stream("GET", "/api/v1/stream", timeout=60) as answer:
                opened.set()
                for _ in answer.iter_lines():
                    pass
            ended.set()  # the answer came to its end; a cut connection would have raised

        opened = threading.Event()
        watcher = threading.Thread(target=watch)
        watcher.start()
        assert opened.wait(30)
        server.stop()
        watcher.join(30)

    assert ended.is_set()


def assert_one_line(capsys: pytest.CaptureFixture[str], *words: str) -> None:
    printed = capsys.readouterr()
    assert printed.err.startswith("map-server: ")
    assert printed.err.count("\n") == 1, printed.err
    for word in words:
        assert word in printed.err


def copied(data: Path, folder: Path) -> Path:
    return Path(shutil.copytree(data, folder / "copy"))


def edit(data: Path, statement: str, *values: object) -> int:
    connection = sqlite3.connect(data / "lilong.sqlite3")
    with connection:
        count = connection.execute(statement, values).rowcount
    connection.close()
    return count
