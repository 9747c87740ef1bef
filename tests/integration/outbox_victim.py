"""The process that the crash test kills: puts or delivers for ever, writing down what it was told is durable.

python -m tests.integration.outbox_victim put|deliver OUTBOX LOG
"""

import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge_agent.outbox import Outbox, OutboxParams, OutgoingMessage, open_outbox

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def put(outbox: Outbox, log: int) -> None:
    """Open, update and close events; the count of events is the state that must agree with them."""
    count = int(outbox.load_state("camera") or 0)
    while True:
        count += 1
        messages = [OutgoingMessage(f"event-{count}", n, b"x" * random.randrange(10, 5000)) for n in range(3)]
        outbox.commit_step(messages, {"camera": str(count)}, NOW)
        write(log, f"{count}\n")


def deliver(outbox: Outbox, log: int) -> None:
    """Send (write into the log), then acknowledge, as the delivery loop does."""
    while True:
        claimed = outbox.messages.claim(NOW + timedelta(days=1), 10, 10**6)
        for message in claimed:
            write(log, f"{message.event_id} {message.sequence}\n")
        outbox.messages.ack([message.key for message in claimed], NOW)


def write(log: int, line: str) -> None:
    os.write(log, line.encode())


def main() -> None:
    """Do one of the two until killed."""
    task, path, log_path = sys.argv[1:]
    outbox, _ = open_outbox(Path(path), OutboxParams(), now=NOW, random=random.random)
    log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    write(log, "open\n")
    {"put": put, "deliver": deliver}[task](outbox, log)


if __name__ == "__main__":
    main()
