"""Nobody sees a piece of evidence that is not on record as seen: every page and every route is walked.

Pages are found by the table of policies; one that is added is walked here without another line, and its
pictures must be on record before it leaves the server.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from map_server.domain.account import Role
from map_server.entrypoints.http.policies import POLICIES
from tests.running_server import RunningServer
from tests.two_compounds import OWN, two_compounds
from tests.work_order_office import photo

SHOWN = re.compile(r"""(?:src|poster)="/api/v1/evidence/([0-9a-f]{64})""")
LINKED = re.compile(r"""/api/v1/evidence/([0-9a-f]{64})""")
SHOW_EVIDENCE = {
    "GET /incidents/{incident_id}/panel",
    "GET /audit/items/{incident_id}",
    "GET /work-orders/{work_order_id}",
}
"""Pages that must be found to show pictures, so that the walk is known to see them."""


@dataclass(frozen=True)
class Walk:
    """A furnished server with pictures of people in it, and what the paths of one compound may name."""

    server: RunningServer
    parameters: dict[str, str]
    of_people: set[str]

    def looked_at(self, person: httpx.Client) -> set[str]:
        """Give the pieces that are on record as seen by a person."""
        actor = f"person:{self.account_of(person)}"
        seen: set[str] = set()
        with self.server.services.read() as work:
            for entry in work.audit_log.entries():
                if entry.action == "evidence_viewed" and entry.actor == actor:
                    pieces = json.loads(entry.after)["sha256"] if entry.after else [entry.subject_id]
                    seen.update(pieces)
        return seen

    def account_of(self, person: httpx.Client) -> str:
        token = person.cookies["lilong_session"]
        signed_in = self.server.services.sign_in.session_of(token)
        assert signed_in is not None
        return signed_in.account.account_id

    def pages(self) -> Iterator[tuple[str, str]]:
        """Give each page by its policy, with its address."""
        for name in POLICIES:
            method, path = name.split(" ")
            wanted = re.findall(r"\{(\w+)\}", path)
            if method == "GET" and not path.startswith("/api/") and self.parameters.keys() >= set(wanted):
                yield name, path.format(**self.parameters)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with two_compounds(tmp_path_factory.mktemp("looks")) as compounds:
        server, parameters = compounds.server, dict(compounds.things[OWN].parameters)
        officer = server.person(Role.SUPERVISOR)
        order, site = parameters["work_order_id"], parameters["site_id"]
        of_order = _put(officer, f"/api/v1/work-orders/{order}/photos", photo("red"))
        of_site = _put(officer, f"/api/v1/sites/{site}/photos", photo("blue"))
        look = {"result": "problem", "note": "a heap", "photos": [of_site]}
        assert officer.post(f"/api/v1/sites/{site}/inspections", json=look).status_code == 201
        yield Walk(server, parameters, {of_order, of_site})


def _put(person: httpx.Client, folder: str, content: bytes) -> str:
    answer = person.put(f"{folder}/{hashlib.sha256(content).hexdigest()}", content=content)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["sha256"])


def test_what_a_page_shows_is_on_record_before_it_is_seen(walk: Walk) -> None:
    found = set()
    for name, address in walk.pages():
        person = walk.server.person(Role.ADMIN)
        text = person.get(address, follow_redirects=True).text
        shown = set(SHOWN.findall(text))
        assert walk.looked_at(person) >= shown, f"{name} shows pictures that are not on record as seen"
        if shown:
            found.add(name)
        for sha256 in set(LINKED.findall(text)) - shown:
            assert person.get(f"/api/v1/evidence/{sha256}").status_code == 200
            assert sha256 in walk.looked_at(person), f"{name} leads to a picture that nobody notes"
    assert found >= SHOW_EVIDENCE


def test_pictures_of_people_are_noted_one_by_one_where_no_page_showed_them(walk: Walk) -> None:
    person = walk.server.person(Role.PATROL)
    for sha256 in walk.of_people:
        assert person.get(f"/api/v1/evidence/{sha256}").status_code == 200
    assert walk.looked_at(person) == walk.of_people


def test_no_answer_but_that_of_evidence_holds_a_picture(walk: Walk) -> None:
    """Bytes leave by one door alone; the export of verdicts notes itself."""
    pieces = [walk.server.services.evidence_files.path(one) for one in walk.of_people]
    contents = [path.read_bytes() for path in pieces if path is not None]
    assert len(contents) == len(walk.of_people)
    person = walk.server.person(Role.ADMIN)
    for name in POLICIES:
        method, path = name.split(" ")
        wanted = set(re.findall(r"\{(\w+)\}", path))
        if method != "GET" or "stream" in path or "evidence" in path or not walk.parameters.keys() >= wanted:
            continue
        body = person.get(path.format(**walk.parameters)).content
        assert not any(content in body for content in contents), name


def test_walk_reaches_every_page_that_names_a_thing(walk: Walk) -> None:
    walked = {name for name, _ in walk.pages()}
    pages = {name for name in POLICIES if name.startswith("GET /") and not name.startswith("GET /api/")}
    assert pages == walked, "give the world of tests/two_compounds.py what the page's path names"
