"""The metrics page carries what was counted, by camera."""

from prometheus_client import generate_latest

from edge_agent.metrics import Metrics


def page(metrics: Metrics) -> set[str]:
    return set(generate_latest(metrics.registry).decode().splitlines())


def test_counts_and_stage_times_carry_their_camera() -> None:
    metrics = Metrics()
    meter = metrics.of_camera("cam-1")
    meter.count("frames_analysed")
    meter.count("events", "garbage_drop", "opened")
    with meter.stage("detect"):
        pass
    lines = page(metrics)
    assert 'lilong_frames_analysed_total{camera="cam-1"} 1.0' in lines
    assert 'lilong_events_total{camera="cam-1",kind="garbage_drop",phase="opened"} 1.0' in lines
    assert 'lilong_stage_seconds_count{camera="cam-1",stage="detect"} 1.0' in lines


def test_stage_that_fails_is_timed_all_the_same() -> None:
    metrics = Metrics()
    try:
        with metrics.of_camera("cam-1").stage("detect"):
            raise ValueError("broken")
    except ValueError:
        pass
    assert 'lilong_stage_seconds_count{camera="cam-1",stage="detect"} 1.0' in page(metrics)


def test_totals_are_read_when_asked_for_and_a_fresh_part_takes_the_place_of_the_old() -> None:
    metrics = Metrics()
    meter = metrics.of_camera("cam-1")
    figures = {"crops": 1.0}
    meter.watch("look", lambda: figures)
    figures["crops"] = 7.0
    assert 'lilong_crops_total{camera="cam-1"} 7.0' in page(metrics)
    meter.watch("look", lambda: {"crops": 2.0})
    assert 'lilong_crops_total{camera="cam-1"} 2.0' in page(metrics)


def test_figure_of_the_box_is_a_gauge() -> None:
    metrics = Metrics()
    metrics.watch("outbox_pending", "Messages that wait to be sent", lambda: 3.0)
    assert "lilong_outbox_pending 3.0" in page(metrics)
