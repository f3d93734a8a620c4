"""The sections of a membership's report: a sentence, a chart, the same as a table."""

from __future__ import annotations

from collections.abc import Callable

from portability.clean import plain
from portability.estimate.charts import Bar, Span, bars, spans
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

    made = [paragraph(t.w("say.corridors"))]
    made.append(hidden(t, t.s["by_corridor"]))
    made.append(t.stacked("corridors", "corridors", t.s["by_corridor"], corridor, ["corridor"]))
    made.append(hidden(t, t.s["by_country"]))
    made.append(
        t.stacked(
            "countries",
            "countries",
            t.s["by_country"],
            lambda r: t.country(r["country"]),
            ["country"],
        )
    )
    made.append(paragraph(t.w("say.schemes")))
    made.append(
        t.stacked(
            "schemes", "schemes", t.s["by_scheme"], lambda r: t.scheme(r["scheme"]), ["scheme"]
        )
    )
    return "\n".join(made)


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
    made = [paragraph(t.w("say.people"))]
    for name, word in (("sex", "sex"), ("age", "age_band")):
        made.append(hidden(t, t.s[f"by_{name}"]))
        made.append(t.stacked(name, name, t.s[f"by_{name}"], namer(t, name, word), [name]))
    return "\n".join(made)


def namer(t: Telling, group: str, key: str) -> Callable[[Json], str]:
    """Rows by a word of a closed list."""

    def name(row: Json) -> str:
        word = row[key]
        return t.w("word.not_stated") if word is None else t.w.name(group, word)

    return name


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
    for number, line in enumerate(lines):
        made.append(by_scheme(t, number, line["currency"], line["per"]))
    return "\n".join(made)


def one(t: Telling, line: Json, which: str) -> str:
    return t.w("word.withheld") if line.get("withheld") else t.sum(line, which)


def by_scheme(t: Telling, number: int, currency: str, per: str) -> str:
    """Schemes that pay in one currency: from low to high."""
    found = [
        (row, line)
        for row in t.s["by_scheme"]["rows"]
        for line in row["money"]
        if (line["currency"], line["per"]) == (currency, per)
    ]
    title = t.w("title.scheme_amounts", currency=t.period(currency, per))
    if not found:
        return ""
    rows = []
    for row, line in found:
        if not line.get("withheld"):
            said = ", ".join(f"{t.w(f'column.{n}')}: {t.sum(line, n)}" for n in RANGE)
            low, likely, high = (units(line[n]) for n in RANGE)
            rows.append(Span(t.scheme(row["scheme"]), low, likely, high, t.sum(line), said))
    rows.sort(key=lambda row: (-row.likely, row.name))
    first = f"{rows[0].name}, {rows[0].figure}" if rows else ""
    told = t.w("chart.ranges", title=title, n=len(rows), first=first)
    cells = [[t.scheme(row["scheme"]), *(one(t, line, n) for n in RANGE)] for row, line in found]
    heads = [t.w(f"column.{name}") for name in ("scheme", *RANGE)]
    chart = spans(f"sums-{number}", title, told, rows[:CHART_ROWS])
    return figure(title, chart, t.w) + t.table(
        t.w("word.same", title=title), heads, cells, (1, 2, 3)
    )


RANGE = ("low", "likely", "high")
