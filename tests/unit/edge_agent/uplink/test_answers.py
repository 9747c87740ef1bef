"""What an answer means: done, later, never; and in whose words."""

from datetime import UTC, datetime

import httpx
import pytest

from edge_agent.errors import PermanentError, ServerFault, TransientError
from edge_agent.uplink.answers import raise_for_answer, retry_after_s

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def judge(status: int, *, is_item: bool = False, **parts: object) -> None:
    answer = httpx.Response(
        status, request=httpx.Request("POST", "https://map.example/api/v1/events"), **parts
    )  # type: ignore[arg-type]
    raise_for_answer(answer, NOW, is_item=is_item)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_success_is_done(status: int) -> None:
    judge(status)


@pytest.mark.parametrize(
    ("status", "is_item", "kind", "word"),
    [
        (301, False, TransientError, "url"),  # never followed: the token would go elsewhere
        (400, False, PermanentError, "400"),
        (401, False, TransientError, "enrol"),
        (403, False, TransientError, "enrol"),
        (404, False, TransientError, "url"),  # a wrong address must not set events aside
        (404, True, PermanentError, "404"),  # no event names this evidence
        (408, False, TransientError, "408"),
        (413, False, PermanentError, "413"),
        (422, False, PermanentError, "422"),
        (429, False, TransientError, "429"),
        (500, False, ServerFault, "500"),
        (502, False, TransientError, "502"),
        (503, True, TransientError, "503"),
    ],
)
def test_a_failure_is_sorted_by_what_to_do(
    status: int, is_item: bool, kind: type[Exception], word: str
) -> None:
    with pytest.raises(kind, match=word) as caught:
        judge(status, is_item=is_item)
    assert type(caught.value) is kind


def test_the_reason_is_in_the_servers_own_words() -> None:
    problem = {"type": "about:blank", "title": "Unprocessable", "detail": "2/fix/lon: beyond 180"}
    with pytest.raises(PermanentError, match="Unprocessable - 2/fix/lon: beyond 180"):
        judge(422, json=problem, headers={"Content-Type": "application/problem+json"})


@pytest.mark.parametrize(
    "parts",
    [
        {"text": "<html>\n  Bad   Gateway</html>"},
        {"content": b"{not json", "headers": {"Content-Type": "application/json"}},
        {"json": ["a", "list"]},
        {"content": b"\xff\xfe"},
    ],
)
def test_an_answer_that_is_no_problem_document_is_still_a_failure(parts: dict[str, object]) -> None:
    with pytest.raises(TransientError, match="502"):
        judge(502, **parts)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 04:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 03:00:00 GMT", 0.0),  # in the past
        ("soon", None),
        ("-5", None),
        ("Mon, 23 Nov 2026 04:01:30", None),  # without a zone: unreadable
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds
