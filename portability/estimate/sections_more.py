"""More sections of a membership's report: agreements, time, refunds, what is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portability.clean import plain
from portability.estimate.charts import Bar, Column, Piece, bars, columns
from portability.estimate.tallies import OUTCOMES
from portability.estimate.telling import CHART_ROWS, Json, Telling, figure, key
from portability.markup import paragraph

WORTH = (
    *(("opened", "entitled"), ("raised", "amount_unknown")),
    *(("later", "deferred"), ("not_known", "unknown")),
)
BAND_KINDS = (
    *("entitled", "amount_unknown", "deferred", "not_entitled", "unknown"),
    *("grey", "rule", "withheld"),
)


def agreements(t: Telling) -> str:
    """What the routes of agreements open and raise, and above which sums."""
    w = t.w
    found = [row for row in t.s["by_route"] if row["route"] != "national"]
    if not found:
        return paragraph(w("say.agreements_none"))
    found.sort(key=lambda row: (-drawn(row), str(row["route"]), str(row["scheme"])))
    rows = []
    for row in found[:CHART_ROWS]:
        if drawn(row) > 0:
            parts = [(kind, name, row[name]) for name, kind in WORTH]
            rows.append(bar(t, route_name(row), drawn(row), parts))
    title = w("title.agreements")
    chart = bars("agreements", title, told(t, title, rows), rows)
    cells = [
        [
            f"{w.route(row['route'])} ({plain(row['route'])})",
            t.scheme(row["scheme"]),
            *(t.cell(row[name]) for name in ("opened", "raised", "not_known", "later")),
            t.sums(row["money"], "above_national"),
        ]
        for row in found
    ]
    heads = ("agreement", "scheme", "opened", "raised", "not_known", "later", "above")
    legend = [(kind, w(f"column.{name}")) for name, kind in WORTH]
    return (
        paragraph(w("say.agreements"))
        + figure(title, chart, w)
        + key([*legend, ("withheld", w("word.withheld"))])
        + t.table(
            w("word.same", title=title), [w(f"column.{h}") for h in heads], cells, range(2, 7)
        )
    )


def route_name(row: Json) -> str:
    return f"{plain(row['route'])} → {plain(row['scheme'])}"


def drawn(row: Json) -> int:
    """Answers of a route that may be seen, now and later; what is withheld counts nothing."""
    now = row["answers"] if isinstance(row["answers"], int) else 0
    return now + (row["later"] if isinstance(row["later"], int) else 0)


def bar(t: Telling, name: str, total: int, parts: Sequence[tuple[str, str, Any]]) -> Bar:
    """A bar of (kind, column, count); what is left of the total is withheld."""
    pieces = [
        Piece(kind, value, f"{t.w(f'column.{column}')}: {t.cell(value)}")
        for kind, column, value in parts
        if isinstance(value, int) and value
    ]
    rest = total - sum(piece.size for piece in pieces)
    if rest > 0:
        pieces.append(Piece("withheld", rest, f"{t.w('word.withheld')}: {t.cell(rest)}"))
    return Bar(name, tuple(pieces), t.cell(total))


def told(t: Telling, title: str, rows: Sequence[Bar]) -> str:
    first = f"{rows[0].name}, {rows[0].figure}" if rows else ""
    return t.w("chart.stacked", title=title, n=len(rows), first=first)


def missing(t: Telling) -> str:
    """Months still missing: a small chart per scheme, and what N more months would open."""
    w, bands, rows = t.w, t.s["missing"]["bands"], t.s["missing"]["rows"]
    if not rows:
        return paragraph(w("say.missing_none"))
    title = w("title.missing")
    charts = []
    for number, row in enumerate(sorted(rows, key=most_short)[:6]):
        name = t.scheme(row["scheme"])
        parts = [
            column(t, w(f"column.{band}"), short_band(band), value)
            for band, value in zip(bands[:-1], row["cells"][:-1], strict=True)
        ]
        charts.append(panel(t, f"missing-{number}", name, parts, "deferred"))
    cells = [[t.scheme(row["scheme"]), *map(t.cell, row["cells"])] for row in rows]
    heads = [w("column.scheme"), *(w(f"column.{band}") for band in bands)]
    steps = [step["months"] for step in rows[0]["opens"]]
    opened = [[t.scheme(row["scheme"]), *(at_most(t, s) for s in row["opens"])] for row in rows]
    opens = [w("column.scheme"), *(w(f"column.months_{months}") for months in steps)]
    return (
        paragraph(w("say.missing"))
        + f'<div class="panels">{"".join(charts)}</div>'
        + key([("withheld", w("word.withheld"))])
        + t.table(w("word.same", title=title), heads, cells, range(1, len(heads)))
        + paragraph(w("say.opens"))
        + t.table(w("title.opens"), opens, opened, range(1, len(opens)))
    )


def most_short(row: Json) -> tuple[int, str]:
    return -sum(value for value in row["cells"] if isinstance(value, int)), str(row["scheme"])


def short_band(band: str) -> str:
    return "120+" if band == "121+" else band.replace("-", "–")


def at_most(t: Telling, step: Json) -> str:
    if step["exact"]:
        return t.cell(step["answers"])
    if not step["answers"]:
        return t.w("word.withheld")
    return t.w("word.at_least", n=t.cell(step["answers"]))


def column(t: Telling, long: str, name: str, value: Any) -> Column:
    size = value if isinstance(value, int) else None
    figure_ = t.cell(value) if value != "withheld" else "·"
    return Column(name, size, figure_, f"{long}: {t.cell(value)}")


def panel(t: Telling, ident: str, title: str, parts: Sequence[Column], kind: str) -> str:
    said = "; ".join(part.says for part in parts if part.size != 0) or t.w("chart.nothing")
    chart = columns(ident, title, t.w("chart.months", title=title, told=said), parts, kind)
    return figure(title, chart, t.w)


def calendar(t: Telling) -> str:
    """Month by month: what starts, begins, is reached, lapses."""
    w, s = t.w, t.s["calendar"]
    charts = []
    for kind, title, colour in (
        ("starts", "starts", "entitled"),
        ("opens", "opens_later", "deferred"),
        ("reached", "reached", "deferred"),
    ):
        charts.append(panel(t, kind, w(f"title.{title}"), months(t, s[kind]), colour))
    for number, row in enumerate(s["refund_deadlines"]):
        title = w("title.deadlines", scheme=t.scheme(row["scheme"]))
        charts.append(panel(t, f"deadline-{number}", title, months(t, row["cells"]), "burn"))
    deadlines = s["refund_deadlines"]
    heads = [w(f"column.{name}") for name in ("month", "starts", "opens", "reached")]
    heads += [w("title.deadlines", scheme=plain(row["scheme"])) for row in deadlines]
    heads += [w("title.lapsing")] if deadlines else []
    cells = []
    for at, month in enumerate(s["months"]):
        line = [w.day(month), *(t.cell(s[kind][at]) for kind in ("starts", "opens", "reached"))]
        line += [t.cell(row["cells"][at]) for row in deadlines]
        line += [lapsing(t, deadlines, at)] if deadlines else []
        cells.append(line)
    return (
        paragraph(w("say.calendar"))
        + f'<div class="panels">{"".join(charts)}</div>'
        + key([("withheld", w("word.withheld"))])
        + t.table(w("word.same", title=w("title.calendar")), heads, cells, range(1, len(heads)))
    )


def lapsing(t: Telling, deadlines: Sequence[Json], at: int) -> str:
    """Sums of refunds whose last day lies in the month."""
    sums = []
    for row in deadlines:
        for line in row["money"]:
            value = line["sums"][at]
            if value is None:
                sums.append(t.sum({"currency": line["currency"], "withheld": True}))
            elif value.strip("0."):
                sums.append(t.sum({"currency": line["currency"], "sum": value}, "sum"))
    return "; ".join(sums) or t.w("word.none")


def months(t: Telling, cells: Sequence[Any]) -> list[Column]:
    names = t.w.raw("short_months")
    return [
        column(t, t.w.day(month), names[int(month[5:]) - 1], value)
        for month, value in zip(t.s["calendar"]["months"], cells, strict=True)
    ]


def refunds(t: Telling) -> str:
    """What is due, how it stands to keeping the pension, and what it destroys."""
    w, rows, bands = t.w, t.s["refunds"]["rows"], t.s["refunds"]["bands"]
    if not rows:
        return paragraph(w("say.refunds_none"))
    lines = []
    for row in rows:
        due = [row["entitled"], row["amount_unknown"]]
        if row["keeping"] and all(isinstance(value, int) for value in due):
            parts = list(zip(BAND_KINDS, bands, row["keeping"], strict=False))
            lines.append(bar(t, t.scheme(row["scheme"]), sum(due), parts))
    lines.sort(key=lambda line: (-line.size, line.name))
    title = w("title.keeping")
    chart = bars("keeping", title, told(t, title, lines), lines[:CHART_ROWS])
    legend = key([(kind, w(f"column.{b}")) for kind, b in zip(BAND_KINDS, bands, strict=False)])
    keeping = [
        [t.scheme(row["scheme"]), *(map(t.cell, row["keeping"] or [0] * len(bands)))]
        for row in rows
    ]
    names = ("due", "due_amount_unknown", "due_later", "not_due", "due_unknown")
    heads = ("scheme", *names, "loses", "money")
    cells = [
        [
            t.scheme(row["scheme"]),
            *(t.cell(row[name]) for name in OUTCOMES),
            t.cell(row["loses_elsewhere"]),
            t.sums(row["money"], "sum"),
        ]
        for row in rows
    ]
    return (
        paragraph(w("say.refunds"))
        + t.table(w("title.refunds"), [w(f"column.{h}") for h in heads], cells, range(1, 8))
        + (figure(title, chart, w) + legend if chart else "")
        + t.table(
            w("word.same", title=title),
            [w("column.scheme"), *(w(f"column.{band}") for band in bands)],
            keeping,
            range(1, len(bands) + 1),
        )
        + losses(t)
    )


def losses(t: Telling) -> str:
    rows = [
        [t.scheme(row["scheme"]), plain(row["what"]), t.cell(row["members"])]
        for row in t.s["losses"]
    ]
    heads = [t.w(f"column.{name}") for name in ("refund", "what", "members")]
    return (
        (paragraph(t.w("say.losses")) + t.table(t.w("title.losses"), heads, rows, (2,)))
        if rows
        else ""
    )


def unknown(t: Telling) -> str:
    """What is missing, ranked by how many members it blanks."""
    w, rows = t.w, t.s["unknown"]
    if not rows:
        return paragraph(w("say.unknown_none"))
    title = w("title.unknown")
    lines = [
        Bar(
            missing_of(t, row),
            (Piece("unknown", row["members"], f"{reason(t, row)}: {t.cell(row['members'])}"),),
            t.cell(row["members"]),
        )
        for row in rows[:CHART_ROWS]
        if isinstance(row["members"], int)
    ]
    cells = [
        [
            plain(row["detail"] or w("word.none")),
            reason(t, row),
            t.scheme(row["scheme"]),
            w.name("what", row["what"]),
            t.cell(row["members"]),
        ]
        for row in rows
    ]
    heads = [w(f"column.{name}") for name in ("where", "reason", "scheme", "blanks", "members")]
    return (
        paragraph(w("say.unknown"))
        + figure(title, bars("unknown", title, told(t, title, lines), lines), w)
        + t.table(w("word.same", title=title), heads, cells, (4,))
    )


def missing_of(t: Telling, row: Json) -> str:
    """ "nl-aow: pension_age"; many details name their scheme themselves."""
    what, scheme = plain(row["detail"] or reason(t, row)), plain(row["scheme"])
    return what if what.startswith(f"{scheme}: ") else f"{scheme}: {what}"


def reason(t: Telling, row: Json) -> str:
    return t.w.name("reason", row["reason"]) if row["reason"] else t.w("word.none")


def assumed(t: Telling) -> str:
    """Assumptions and the evidence that would settle them, by members."""
    w, made = t.w, []
    for name in ("assumed", "evidence"):
        rows = t.s[name]
        if not rows:
            continue
        title = w(f"title.{name}")
        lines = [
            Bar(
                w.name("assumption", row["what"]),
                (Piece("not_entitled", row["members"], t.cell(row["members"])),),
                t.cell(row["members"]),
            )
            for row in rows[:CHART_ROWS]
            if isinstance(row["members"], int)
        ]
        cells = [[w.name("assumption", row["what"]), t.cell(row["members"])] for row in rows]
        heads = [w("column.what"), w("column.members")]
        made += [
            paragraph(w(f"say.{name}")),
            figure(title, bars(name, title, told(t, title, lines), lines), w),
            t.table(w("word.same", title=title), heads, cells, (1,)),
        ]
    return "\n".join(made) or paragraph(w("say.assumed_none"))


def withheld(t: Telling) -> str:
    most, below = t.s["threshold"] - 1, t.w("word.below", n=t.s["threshold"])
    return (
        paragraph(t.w("say.withheld_1", most=most, below=below))
        + paragraph(t.w("say.withheld_2"))
        + paragraph(t.w("say.withheld_3"))
    )


def run(t: Telling) -> str:
    """Digests of the law that was applied, where the run put them into the summary."""
    rules = t.s.get("rules")
    rows = (
        [[plain(name), plain(value)] for name, value in sorted(rules.items())]
        if isinstance(rules, Mapping)
        else []
    )
    heads = [t.w("column.rule"), t.w("column.fingerprint")]
    return paragraph(t.w("say.run")) + t.table(t.w("title.rules"), heads, rows)
