"""kill -9 at random moments while events are put and delivered: none is lost, none raised twice."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from edge_agent.outbox import Outbox, OutboxParams, OutgoingMessage, open_outbox
from tests.integration.outbox_victim import NOW

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 8


def run_and_kill(task: str, outbox: Path, log: Path, chance: random.Random) -> None:
    """Start a victim and kill it some milliseconds after it has begun its work."""
    begun = log.stat().st_size if log.exists() else 0
    command = [sys.executable, "-m", "tests.integration.outbox_victim", task, str(outbox), str(log)]
    with subprocess.Popen(command, cwd=REPOSITORY) as victim:
        while not log.exists() or log.stat().st_size == begun:
            assert victim.poll() is None, "the victim fell over by itself"
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.15))
        victim.kill()


def reopen(path: Path) -> Outbox:
    outbox, recovery = open_outbox(path, OutboxParams(), now=NOW, random=random.random)
    assert recovery is None, "a kill must not damage the file"
    return outbox


def lines(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if line != "open"]


def test_killed_while_putting_every_step_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path, log = tmp_path / "outbox.sqlite3", tmp_path / "put.log"
    chance = random.Random(5)
    for _ in range(KILLS):
        run_and_kill("put", path, log, chance)
        outbox = reopen(path)
        committed = int(outbox.load_state("camera") or 0)
        told = [int(line) for line in lines(log)]
        assert told == list(range(1, len(told) + 1)), "no step was done twice"
        assert len(told) <= committed <= len(told) + 1, "what was told to be durable is durable"
        assert outbox.messages.counts().pending == 3 * committed, "messages and state agree"
        outbox.close()
        if committed > len(told):  # killed between the commit and the word about it
            with log.open("a") as file:
                file.write(f"{committed}\n")
    assert len(lines(log)) > KILLS


def test_killed_while_delivering_everything_arrives_in_order_and_little_twice(tmp_path: Path) -> None:
    path, log = tmp_path / "outbox.sqlite3", tmp_path / "sent.log"
    chance = random.Random(6)
    outbox = reopen(path)
    names = [(f"event-{n}", sequence) for n in range(300) for sequence in range(3)]
    outbox.commit_step([OutgoingMessage(*name, b"x" * 2000) for name in names], {}, NOW)
    outbox.close()
    for _ in range(KILLS):
        run_and_kill("deliver", path, log, chance)
    outbox = reopen(path)
    sent = [(event_id, int(sequence)) for event_id, sequence in map(str.split, lines(log))]
    while claimed := outbox.messages.claim(NOW + timedelta(days=2), 100, 10**6):
        sent += [message.key for message in claimed]
        outbox.messages.ack([message.key for message in claimed], NOW)
    outbox.close()

    times = Counter(sent)
    assert set(times) == set(names), "no event is lost"
    assert sum(times.values()) - len(names) <= KILLS * 10, "only the batch in hand is sent twice"
    first_sent = {key: index for index, key in reversed(list(enumerate(sent)))}
    assert all(
        first_sent[(name, n)] < first_sent[(name, n + 1)] for name, n in times if (name, n + 1) in times
    )
