"""The memo of a comparison: one self-contained page, the same bytes for the same inputs.

It puts together what other modules made (the clauses that differ, the impact, the difficulties
women face) and adds nothing of its own but the order, two charts and the list of hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from portability.clean import escaped
from portability.compare import costs_told, impact_told, printed_page
from portability.compare.grid import Grid, money_told, persons_told
from portability.compare.grid import figure as one_figure
from portability.compare.peopled import LEVELS
from portability.compare.side_by_side import Comparison
from portability.compare.weighing import GAINS, LESS, LOSES, MORE
from portability.estimate.charts import DEFS, Bar, Piece, Span, bars, spans
from portability.exact import parse_number
from portability.markup import framed, listed, paragraph, table

Json = Mapping[str, Any]
STYLES = (
    Path(__file__).parents[1] / "report" / "page.css",
    Path(__file__).parents[1] / "estimate" / "page.css",
    Path(__file__).with_name("printed_page.css"),
)
LAST = "Assumptions and hashes"


@frozen
class Recorded:
    """Where the run stands in the ledger: entry and root, or why it stands nowhere."""

    text: str


def page(
    shown: Comparison,
    whole: Comparison,
    impact: Json | None,
    women: Iterable[Grid],
    recorded: Recorded,
) -> str:
    """The memo as HTML. impact: portability/impact@1, None if nobody asked for one."""
    title = f"Memo: {', '.join(shown.labels)}"
    parts = [f"<h1>{escaped(title)}</h1>", DEFS, printed_page.opening(shown, whole)]
    if impact is not None:
        parts += [people(impact), *charts(impact)]
        parts += [section("Impact", impact_told.grids(impact))]
    parts.append(section("Difficulties women face", women))
    parts.append(part("What changes in the text", printed_page.sections(shown)))
    parts.append(part(LAST, assumed(impact) + hashes(shown, impact, recorded)))
    return bound(title, parts)


def impact_page(labels: Iterable[str], impact: Json | None, women: Iterable[Grid]) -> str:
    """Impact and difficulties as one page, without the clauses and without a ledger."""
    title = f"What it does to people: {', '.join(labels)}"
    parts = [f"<h1>{escaped(title)}</h1>", DEFS]
    if impact is not None:
        parts += [people(impact), *charts(impact)]
        parts.append(section("Impact", impact_told.grids(impact)))
    parts.append(section("Difficulties women face", women))
    parts.append(part(LAST, assumed(impact) + hashed(impact)))
    return bound(title, parts)


def bound(title: str, parts: Iterable[str]) -> str:
    """The page around its parts; empty ones are left out."""
    style = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    body = "\n".join(filter(None, parts))
    return framed(title, style, f'<main class="broad">\n{body}\n</main>')


def part(title: str, inner: str) -> str:
    return f"<section>\n<h2>{escaped(title)}</h2>\n{inner}\n</section>" if inner else ""


def section(title: str, grids: Iterable[Grid]) -> str:
    return part(title, "\n".join(gridded(grid) for grid in grids if grid.rows))


def gridded(grid: Grid) -> str:
    note = f'<p class="note">{escaped(grid.note)}</p>' if grid.note else ""
    return table(grid.title, grid.heads, grid.rows) + note


def people(impact: Json) -> str:
    """Who the figures are about, before any of them: what a reader must know first."""
    header = impact["population"]
    lines = [str(header["title"])]
    if header.get("synthetic"):
        lines.append("Synthetic: no person is in it, on no page of this memo.")
    lines += list(told_of({key: header[key] for key in header if first(header[key])}))
    if impact["parameters_continued"]:
        lines.append("Every figure of the law is assumed to stay as it was published last.")
    lines.append(f"Every margin and assumption with its source: below, under {LAST}.")
    return f'<div class="standing">{listed(lines)}</div>'


def first(value: Any) -> bool:
    return not isinstance(value, Mapping | list)


def assumed(impact: Json | None) -> str:
    """The rest of what the people are: margins, assumptions, what is kept, lost and left out."""
    if impact is None:
        return ""
    header = impact["population"]
    lines = list(told_of({key: header[key] for key in header if not first(header[key])}))
    made = f"<h3>People</h3>{listed(lines)}" if lines else ""
    stated = impact["costs"]
    if stated is not None:
        said = (costs_told.assumption(row) for row in stated["inputs"] if "assumed" in row)
        made += f"<h3>Contributions and administration</h3>{listed(said)}"
    return made


def told_of(header: Json, prefix: str = "") -> Iterator[str]:
    """A header laid out: "margins: sex: …"; texts and figures as they stand."""
    for key, value in header.items():
        name = f"{prefix}{str(key).replace('_', ' ')}"
        if key in ("title", "synthetic"):
            continue
        if isinstance(value, Mapping):
            yield from told_of(value, f"{name}: ")
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, Mapping):
                    yield f"{name}: {'; '.join(f'{k}: {v}' for k, v in item.items())}"
                else:
                    yield f"{name}: {item}"
        else:
            yield f"{name}: {value}"


def charts(impact: Json) -> Iterator[str]:
    """Per pair of texts: who gains and who loses by sex, and the first five years with its range,
    a chart per currency. Each chart's figures stand in the tables below it."""
    for number, pair in enumerate(impact["pairs"]):
        title = impact_told.titled(pair)
        named = f"{title}: persons at entry and a year, together"
        yield figure(named, bars(f"persons-{number}", named, CHART_PERSONS, list(moved(pair))))
        for currency, rows in ranged(impact, pair).items():
            named = f"{title}: change of benefits in {impact['spans'][1]}, {currency}"
            drawn = spans(f"sums-{number}-{currency}", named, CHART_SUMS, rows)
            yield figure(named, drawn)


CHART_PERSONS = "Persons who gain or are paid more, and who lose or are paid less, central figure."
CHART_SUMS = "From the lowest to the highest of three sets of assumptions; the dot is the central."
KINDS = {"gain": "entitled", "lose": "not_entitled"}
MILLION = 1_000_000


def figure(title: str, drawing: str) -> str:
    if not drawing:
        return ""
    caption = f"<figcaption>{escaped(title)}</figcaption>"
    return f'<figure class="wide">{caption}{drawing}</figure>'


def moved(pair: Json) -> Iterator[Bar]:
    for scheme in sorted({row["scheme"] for row in pair["persons"]}):
        for group, words in (("female", "women"), ("male", "men")):
            for name, effects in (("gain", (GAINS, MORE)), ("lose", (LOSES, LESS))):
                found = impact_told.together(pair["persons"], (scheme, "sex", group), effects)
                if found is not None:
                    size = int(parse_number(found["central"]))
                    said = f"{persons_told(found)} {words} {name}"
                    piece = Piece(KINDS[name], size, said)
                    shown = one_figure(found["central"], 10)
                    yield Bar(f"{scheme}: {words} who {name}", (piece,), shown)


def ranged(impact: Json, pair: Json) -> dict[str, list[Span]]:
    """By currency. What is paid less is drawn by its size and says so; a change whose sign depends
    on the assumptions is in the table alone."""
    made: dict[str, list[Span]] = {}
    for row in pair["benefits"]:
        if row["by"] or row["span"] != impact["spans"][1]:
            continue
        values = [int(parse_number(row["sum"][level])) for level in LEVELS]
        if min(values) < 0 < max(values):
            continue
        currency = impact["schemes"][row["scheme"]]["currency"]
        said = f"{money_told(row['sum'])} {currency}"
        sizes = [abs(value) for value in values]
        name = f"{row['scheme']}: paid {'less' if min(values) < 0 else 'more'}"
        span = Span(name, min(sizes), sizes[1], max(sizes), in_millions(sizes[1]), said)
        made.setdefault(currency, []).append(span)
    return made


def in_millions(value: int) -> str:
    if value < 10 * MILLION:
        return f"{value:,}"
    return f"{(2 * value + MILLION) // (2 * MILLION):,} million"


def digest(impact: Json | None) -> str:
    """SHA-256 of an impact as canonical JSON: what a ledger entry names."""
    return hashlib.sha256(lines(impact)[0]).hexdigest()


def lines(impact: Json | None) -> list[bytes]:
    """The rows a ledger entry hashes: the impact, one line."""
    text = json.dumps(impact, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return [text.encode()]


def hashes(shown: Comparison, impact: Json | None, recorded: Recorded) -> str:
    rows = [
        (label, text.title, text.digest)
        for label, text in zip(shown.labels, shown.texts, strict=True)
    ]
    return hashed(impact, rows) + paragraph(recorded.text) + printed_page.texts(shown)


def hashed(impact: Json | None, rows: Iterable[tuple[str, str, str]] = ()) -> str:
    """The program, the figures and what they rest on, by hash; rows: the texts before them."""
    import portability

    made = [*rows, ("engine", "portability", portability.__version__)]
    if impact is not None:
        if not rows:
            texts = (each for each in impact["texts"] if "digest" in each)
            made = [*((each["name"], each["title"], each["digest"]) for each in texts), *made]
        made.append(("impact", "SHA-256 of portability/impact@1", digest(impact)))
        if impact["costs"] is not None:
            made.append(("costs", impact["costs"]["title"], impact["costs"]["digest"]))
    return table("Files", ("name", "title", "hash"), made)


def pdf(html: str) -> bytes:
    """The page as PDF. Nothing is loaded for it: a memo is confidential and complete. Raises
    ImportError without WeasyPrint (the extra `pdf`)."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=())
    made: bytes = HTML(string=html, url_fetcher=nothing).write_pdf()
    return made
