"""A frozen report as one HTML file that needs nothing else: its style stands inside, and no script."""

from markupsafe import Markup

from map_server.domain.report import FrozenReport
from map_server.presentation.i18n import Language
from map_server.presentation.pages import STATIC_DIR, environment
from map_server.presentation.report_charts import charts
from map_server.presentation.report_document import Speech, headline_table, tables, tiles, title_of

STYLES = ("tokens.css", "elements.css", "components.css", "reports.css")


def html_file(frozen: FrozenReport, language: Language) -> bytes:
    """Write the file."""
    speech = Speech(language)
    report = frozen.report
    styles = "\n".join((STATIC_DIR / "css" / name).read_text(encoding="utf-8") for name in STYLES)
    text = (
        environment(language)
        .get_template("report_file.html")
        .render(
            title=title_of(report.definition.period, speech),
            frozen=frozen,
            report=report,
            tiles=tiles(report, speech),
            charts=charts(report, speech),
            tables=(*tables(report, speech), headline_table(report, speech)),
            styles=Markup(styles),  # noqa: S704 - the project's own style sheets
            rows_at=None,
        )
    )
    return text.encode()
