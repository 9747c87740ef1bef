"""Measures how soon the live map stands on seeded data: `python -m tests.year.first_paint --data DIR`.

The system's Chromium at 1366x768 opens / of a server on that data, each time in a fresh profile. Told are the
browser's first contentful paint, and when the marks of what is open have been drawn, both from the begin of
the navigation; and what the server's answer with those marks took and weighed.
"""

import argparse
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from map_server.domain.account import Role
from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.e2e.conftest import DESK
from tests.running_server import RunningServer, running_server

_MARK_SEEN = "() => document.querySelectorAll('.leaflet-marker-pane > *').length > 0 && performance.now()"
_PAINTED = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const fetched = performance.getEntriesByType('resource');
  const [data] = fetched.filter((one) => one.name.includes('live.geojson'));
  return { painted: paint?.startTime ?? NaN, took: data?.duration, size: data?.decodedBodySize };
}"""


def measured(server: RunningServer, browser: Browser) -> tuple[float, float, float, float]:
    """Open the map once: first paint, marks drawn, the data's time, in ms; its size in bytes."""
    context = browser.new_context(base_url=server.url, viewport=DESK)  # type: ignore[arg-type]
    person = server.person(Role.ADMIN)
    cookies = [{"name": name, "value": value, "url": server.url} for name, value in person.cookies.items()]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page: Page = context.new_page()
    page.goto("/", wait_until="commit")
    drawn = page.wait_for_function(_MARK_SEEN, timeout=60_000).json_value()
    found = page.evaluate(_PAINTED)
    context.close()
    return found["painted"], drawn, found["took"], found["size"]


def main() -> int:
    """Print the median of some openings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder that tests.year.seed has made")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with running_server(given.data) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        runs = [measured(server, browser) for _ in range(given.times)]
        browser.close()
    painted, drawn, took, size = (statistics.median(each) for each in zip(*runs, strict=True))
    print(f"first contentful paint {painted:.0f} ms, marks drawn {drawn:.0f} ms")
    print(f"live.geojson: {took:.0f} ms, {size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
