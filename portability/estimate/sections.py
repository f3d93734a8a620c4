"""The sections of a membership's report: a sentence, a chart, the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from portability.clean import plain
from portability.estimate.charts import Bar, Span, bars, spans
from portability.estimate.form import AGE_BANDS
from portability.estimate.telling import CHART_ROWS, Json, Telling, figure, note
from portability.markup import paragraph


def whole(t: Telling) -> str:
    """Members, each once, and all scheme answers."""
    members, answers, w = t.s["membership"], t.s["answers"], t.w
    said = w(
        "say.whole",
        answers=t.count(answers["total"], "answer"),
        members=t.count(members["total"], "member"),
    )
    made = [paragraph(said)]
    lines, told = [], []
    for name, row in (("members", members), ("answers", answers)):
        pieces = t.pieces(row, row["columns"])
        lines.append(Bar(w(f"column.{name}"), pieces, t.cell(row["total"])))
        told.append(f"{w(f'column.{name}')}: {'; '.join(piece.says for piece in pieces)}")
    title = w("title.whole")
    said = w("chart.stacked", title=title, n=len(lines), first=" / ".join(told))
    made.append(figure(title, bars("whole", title, said, lines), w) + t.legend(groups_of(t)))
    rows = [
        [t.outcome(group), counted(t, members, group), counted(t, answers, group)]
        for group in groups_of(t)
    ]
    rows.append([w("word.total"), t.cell(members["total"]), t.cell(answers["total"])])
    heads = [w(f"column.{name}") for name in ("name", "members", "answers")]
    made.append(t.table(w("word.same", title=title), heads, rows, (1, 2)))
    elsewhere = members["unknown_with_a_right_elsewhere"]
    if elsewhere:
        made.insert(1, paragraph(w("say.elsewhere", n=t.cell(elsewhere))))
    return "\n".join(made)


def groups_of(t: Telling) -> list[list[str]]:
    """Columns of members and of answers; where they differ, both."""
    mine: list[list[str]] = t.s["membership"]["columns"]
    return [*mine, *(group for group in t.s["answers"]["columns"] if group not in mine)]


def counted(t: Telling, row: Json, group: list[str]) -> str:
    columns = row["columns"]
    return t.cell(row["cells"][columns.index(group)]) if group in columns else t.w("word.none")


def corridors(t: Telling) -> str:
    """By residence and country that pays; by country; by scheme."""

    def corridor(row: Json) -> str:
        return f"{t.country(row['residence'])} → {t.country(row['country'])}"

    def country(row: Json) -> str:
        return t.country(row["country"])

    tables = t.s["by_corridor"], t.s["by_country"], t.s["by_scheme"]
    return "\n".join(
        [
            paragraph(t.w("say.corridors")),
            hidden(t, tables[0]),
            t.stacked("corridors", tables[0], "corridor", corridor),
            hidden(t, tables[1]),
            t.stacked("countries", tables[1], "country", country),
            hidden(t, tables[2]),
            t.stacked("schemes", tables[2], "scheme", scheme_of(t), brief_of(t)),
        ]
    )


def scheme_of(t: Telling) -> Callable[[Json], str]:
    return lambda row: t.scheme(row["scheme"])


def brief_of(t: Telling) -> Callable[[Json], str]:
    return lambda row: t.w.scheme(row["scheme"])


def hidden(t: Telling, table: Json) -> str:
    """Which lines are withheld altogether."""
    found = table["withheld"]
    if found is True:
        return note(t.w("say.hidden_table"))
    if not found:
        return ""
    return note(t.w("say.hidden_countries", countries=t.w.listed(map(t.country, found))))


def people(t: Telling) -> str:
    """Members by sex and by age."""

    def sex(row: Json) -> str:
        return t.w("word.not_stated") if row["sex"] is None else t.w.name("sex", row["sex"])

    def age(row: Json) -> str:
        band = row["age_band"]
        return t.w("word.not_stated") if band is None else t.w.name("age", band)

    def from_young(row: Json) -> tuple[int, str]:
        band = row["age_band"]
        return AGE_BANDS.index(band) if band in AGE_BANDS else len(AGE_BANDS), str(band)

    return "\n".join(
        [
            paragraph(t.w("say.people")),
            hidden(t, t.s["by_sex"]),
            t.stacked("sex", t.s["by_sex"], "sex", sex),
            hidden(t, t.s["by_age"]),
            t.stacked("age", t.s["by_age"], "age", age, order=from_young),
        ]
    )


def units(text: str) -> int:
    """A sum in thousandths, for the length of a line."""
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int((rest or "0").ljust(3, "0")[:3])


def amounts(t: Telling) -> str:
    """Sums by currency, and per currency by scheme."""
    w, lines = t.w, t.s["answers"]["money"]
    made = [paragraph(w("say.amounts"))]
    cells = [
        [f"{plain(line['currency'])}", *(one(t, line, name) for name in ("low", "likely", "high"))]
        for line in lines
    ]
    heads = [w(f"column.{name}") for name in ("currency", "low", "likely", "high")]
    made.append(t.table(w("title.amounts"), heads, cells, (1, 2, 3)))
    for line in lines:
        for name, said in (("range_unknown", "unranged"), ("only_if_assumed", "possible")):
            if line.get(name):
                count = t.count(line[name], "member")
                made.append(note(w(f"say.{said}", n=count, currency=line["currency"])))
    rows = []
    for number, line in enumerate(lines):
        found = by_scheme(t, line["currency"], line["per"])
        made.append(ranges(t, number, t.period(line["currency"], line["per"]), found))
        rows += [
            [t.scheme(row["scheme"]), *(one(t, sum_, n) for n in RANGE)] for row, sum_ in found
        ]
    heads = [w(f"column.{name}") for name in ("scheme", *RANGE)]
    made.append(t.table(w("word.same", title=w("title.by_scheme")), heads, rows, (1, 2, 3)))
    return "\n".join(made)


def one(t: Telling, line: Json, which: str) -> str:
    return t.w("word.withheld") if line.get(which) is None else t.sum(line, which)


def by_scheme(t: Telling, currency: str, per: str) -> list[tuple[Json, Json]]:
    """Schemes that pay in a currency and period, with their sum, the largest first."""
    found = [
        (row, line)
        for row in t.s["by_scheme"]["rows"]
        for line in row["money"]
        if (line["currency"], line["per"]) == (currency, per)
    ]
    return sorted(found, key=lambda pair: (-units(pair[1].get("likely", "0")), pair[0]["scheme"]))


def ranges(t: Telling, number: int, unit: str, found: Sequence[tuple[Json, Json]]) -> str:
    """From low to high, scheme by scheme, in one currency and period."""
    rows = []
    for row, line in found:
        if not line.get("withheld"):
            said = ", ".join(f"{t.w(f'column.{n}')}: {t.sum(line, n)}" for n in RANGE)
            likely = units(line["likely"])
            low, high = (units(line[n]) if line[n] is not None else likely for n in ("low", "high"))
            rows.append(Span(t.w.scheme(row["scheme"]), low, likely, high, t.sum(line), said))
    title = t.w("title.scheme_amounts", currency=unit)
    first = f"{rows[0].name}, {rows[0].figure}" if rows else ""
    told = t.w("chart.ranges", title=title, n=len(rows), first=first)
    return figure(title, spans(f"sums-{number}", title, told, rows[:CHART_ROWS]), t.w)


RANGE = ("low", "likely", "high")
