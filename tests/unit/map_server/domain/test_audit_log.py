"""The chain: whoever changes, removes, adds or moves an entry is found out; the first bad entry is named."""

import hashlib
from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from map_server.domain.audit_log import GENESIS_HASH, AuditEntry, AuditHead, AuditNote, chained, first_break
from tests.fakes.clock import NOON

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
)
notes = st.builds(
    AuditNote,
    action=text,
    subject_kind=text,
    subject_id=text,
    actor=text,
    reason=text,
    before=st.none() | st.dictionaries(text, values, max_size=3),
    after=st.none() | st.dictionaries(text, values | st.lists(values, max_size=3), max_size=3),
)
logs = st.lists(notes, min_size=1, max_size=8).map(lambda some: chained(AuditHead(), NOON, some))


unhurried = settings(deadline=None, max_examples=40)


def head_of(entries: list[AuditEntry]) -> AuditHead:
    return AuditHead(entries[-1].seq, entries[-1].hash) if entries else AuditHead()


@unhurried
@given(logs)
def test_an_untouched_log_is_whole(entries: list[AuditEntry]) -> None:
    assert first_break(entries, head_of(entries)) is None
    assert entries[0].previous_hash == GENESIS_HASH
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@unhurried
@given(logs, st.lists(notes, min_size=1, max_size=3))
def test_a_log_goes_on_where_it_ended(entries: list[AuditEntry], more: list[AuditNote]) -> None:
    longer = entries + chained(head_of(entries), NOON + timedelta(hours=1), more)

    assert first_break(longer, head_of(longer)) is None


@unhurried
@given(logs, st.data())
def test_a_changed_field_of_any_entry_is_named(entries: list[AuditEntry], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(AuditEntry) if field.name != "seq"]))
    old = getattr(entries[index], name)
    new = data.draw((text | st.none()).filter(lambda value: value != old))
    forged = [*entries[:index], replace(entries[index], **{name: new}), *entries[index + 1 :]]

    broken = first_break(forged, head_of(entries))

    assert broken is not None
    assert broken.seq == index + 1


@unhurried
@given(logs, st.data())
def test_a_removed_entry_is_named_also_the_last_one(entries: list[AuditEntry], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))

    broken = first_break(entries[:index] + entries[index + 1 :], head_of(entries))

    assert broken is not None
    assert broken.seq == index + 1


@unhurried
@given(logs.filter(lambda entries: len(entries) > 1), st.data())
def test_two_exchanged_contents_are_named(entries: list[AuditEntry], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(entries) - 2))
    second = data.draw(st.integers(first + 1, len(entries) - 1))
    forged = list(entries)
    forged[first] = replace(entries[second], seq=first + 1)
    forged[second] = replace(entries[first], seq=second + 1)

    broken = first_break(forged, head_of(entries))

    assert broken is not None
    assert broken.seq == first + 1


@unhurried
@given(logs, notes)
def test_an_added_entry_is_named(entries: list[AuditEntry], note: AuditNote) -> None:
    forged = entries + chained(head_of(entries), NOON, [note])

    broken = first_break(forged, head_of(entries))

    assert broken is not None


@unhurried
@given(logs, notes)
def test_a_log_rewritten_from_some_entry_on_is_named(entries: list[AuditEntry], note: AuditNote) -> None:
    """Someone who can compute hashes rewrites the end of the log, but the head is kept apart."""
    rewritten = entries[:-1] + chained(head_of(entries[:-1]), NOON + timedelta(days=1), [note])

    assert first_break(rewritten, head_of(entries)) is not None


def test_bytes_in_place_of_text_are_named() -> None:
    (entry,) = chained(AuditHead(), NOON, [AuditNote("done", "thing", "1", "system")])
    forged = replace(entry, reason=b"\xff")  # type: ignore[arg-type]

    broken = first_break([forged], head_of([entry]))

    assert broken is not None
    assert broken.seq == 1


def test_the_hash_is_what_the_documentation_says() -> None:
    """An independent program can check it: sha256(previous_hash || canonical JSON of the rest)."""
    (entry,) = chained(
        AuditHead(), NOON, [AuditNote("done", "thing", "1", "system", "因为", None, {"b": 1, "a": 2.5})]
    )

    rest = (
        '{"action":"done","actor":"system","after":"{\\"a\\":2.5,\\"b\\":1}","at":"2026-11-23T04:00:00.000000Z",'
        '"before":null,"reason":"因为","seq":1,"subject_id":"1","subject_kind":"thing"}'
    )
    assert entry.hash == hashlib.sha256((GENESIS_HASH + rest).encode()).hexdigest()
