"""Outbox, delivery and uplink together over real sockets: whatever fails, everything arrives once."""

import random
from pathlib import Path

from edge_agent.uplink import HttpUplink, UplinkParams
from tests.fakes.box import Box, name, picture, run_until
from tests.fakes.toy_server import TOKEN, toy_server


def open_uplink(url: str, box: Box) -> HttpUplink:
    uplink = HttpUplink(url, "box-1", UplinkParams(connect_timeout_s=5.0, answer_timeout_s=5.0), box.clock)
    uplink.use_token(TOKEN)
    return uplink


def test_with_a_third_of_all_requests_failing_every_event_has_its_effect_once(tmp_path: Path) -> None:
    box = Box(tmp_path)
    with toy_server() as server:
        server.fail_rate = 0.3
        server.chance = random.Random(42)
        uplink = open_uplink(server.url, box)
        delivery = box.delivery(uplink)
        expected: dict[str, bytes] = {}
        for number in range(60):
            for sequence in range(3):
                contents = [picture(number, 300_000)] if sequence == 0 and number % 6 == 0 else []
                for content, piece in zip(
                    contents, box.put(number, *contents, sequence=sequence), strict=True
                ):
                    expected[piece.sha256] = content
            box.clock.advance(delivery.step())
        run_until(
            delivery,
            box.clock,
            lambda: len(server.events) == 180 and server.evidence.keys() == expected.keys(),
        )
        uplink.close()

    assert server.order == list(dict.fromkeys(server.order)), "each event took effect once"
    for number in range(60):
        assert [sequence for event_id, sequence in server.order if event_id == name(number)] == [0, 1, 2]
    assert server.received > 180, "the troubles did make the box repeat itself"
    assert server.evidence == expected
    assert server.heartbeats
    box.outbox.close()


def test_an_agent_restarted_again_and_again_on_a_bad_line_delivers_everything_once(tmp_path: Path) -> None:
    box = Box(tmp_path)
    with toy_server() as server:
        server.fail_rate = 0.3
        server.chance = random.Random(7)
        for number in range(30):
            box.put(number, picture(number))
        for _ in range(200):
            uplink = open_uplink(server.url, box)
            delivery = box.delivery(uplink, evidence_per_step=2)
            for _ in range(3):
                box.clock.advance(delivery.step())
            uplink.close()
            box.outbox.close()
            box.open()
            if len(server.events) == 30 and len(server.evidence) == 30:
                break
    assert [event_id for event_id, _ in server.order] == [name(number) for number in range(30)]
    assert sorted(server.evidence.values()) == sorted(picture(number) for number in range(30))
    box.outbox.close()


def test_a_device_that_was_thrown_out_keeps_everything_until_it_is_enrolled_again(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.put(1, picture(1))
    with toy_server() as server:
        server.token = "another" * 6
        uplink = open_uplink(server.url, box)
        delivery = box.delivery(uplink)
        assert delivery.step() >= 300.0, "a closed door is not knocked on all day"
        assert server.events == {}
        uplink.use_token(server.token)
        run_until(delivery, box.clock, lambda: len(server.evidence) == 1)
        uplink.close()
    box.outbox.close()
