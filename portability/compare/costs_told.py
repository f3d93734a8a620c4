"""Stated costs as data and as tables: sums beside the benefits, whom a clause exempts, and every
input with its source or the reason why it is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portability import registry
from portability.compare import costs as stated_costs
from portability.compare.costs import ADMINISTRATION, CONTRIBUTIONS, TABLES, Costs, Row, three
from portability.compare.costs_shape import VALUE
from portability.compare.grid import NONE, ORDER, Grid, money_told, persons_told, told
from portability.compare.peopled import LEVELS, Json
from portability.compare.weighing import Text

KEPT_APART = "told in tables of their own, apart from benefits; nothing is netted"
UNITS = {
    "always": "workers at any time",
    "at_entry": "workers there at entry",
    "left": "months which those still stay",
    "a_year": "workers who come a year",
    "stay": "months of a stay",
    "both": "percent of them who pay in both states today",
    "rate": "percent of earnings, the contribution rate",
    "growth": "percent by which the sum grows a year",
    "extension": "extensions of a posting are counted",
    "hours": "hours a claim",
    "once": "once, in the first year",
    "per_claim": "a claim",
    "per_hour": "an hour",
    "sum": "a year",
}
CLAIMS = {"at_entry": "claims in the first year besides", "a_year": "claims a year"}


def header(stated: Costs) -> Json:
    """What was stated: title, hash of the file, every input with its support, sources, whom each
    text exempts and by which clause."""
    document = stated.document
    return {
        "title": document["title"],
        "digest": stated.digest,
        "inputs": list(inputs(stated)),
        "sources": {
            name: f"{each['title']}, {each['locator']}, {each['url']}, seen {each['seen']}"
            for name, each in document.get("sources", {}).items()
        },
        "exempted": list(exempted(stated)),
    }


LEFT_OUT = [
    "pensions that contributions not paid would have earned",
    "contributions to schemes that no row names, such as health or work accidents",
    "who would be posted because of the agreement, or stays longer for it",
]


def inputs(stated: Costs) -> Iterator[Json]:
    """Every figure of the file: what it is of, its value, unit and support."""
    for table in TABLES:
        for row in stated.document.get(table) or ():
            of = [row["scheme"]]
            if "sent_from" in row:
                of.append(f"sent from {row['sent_from']}")
            if "text" in row:
                said = row["text"]
                of.append(
                    f"under {', '.join(map(str, said if isinstance(said, list) else [said]))}"
                )
            if "note" in row:
                of.append(str(row["note"]))
            for what, figure in figures(row):
                yield {"table": table, "of": ", ".join(of), "what": what, **supported(figure)}


def figures(row: Row) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(unit, figure) of a row, in its order."""
    for key, value in row.items():
        if key == "workers":
            yield from ((UNITS[name], figure) for name, figure in value.items())
        elif key == "claims":
            yield from ((CLAIMS[name], figure) for name, figure in value.items())
        elif key == "earnings":
            yield earned(row), value.get("amount", value.get("percent"))
        elif key in UNITS:
            money = key in ("once", "per_claim", "per_hour", "sum")
            yield (
                f"{priced(value if key == 'sum' else row)} {UNITS[key]}" if money else UNITS[key],
                value,
            )


def priced(value: Mapping[str, Any]) -> str:
    return f"{value['currency']} of {value['price_year']}"


def earned(row: Row) -> str:
    value = row["earnings"]
    if "amount" in value:
        return f"{priced(value)} a {value['per']}, earnings on which is paid"
    usual = stated_costs.average(row["scheme"], value["of_year"])
    assert usual is not None
    currency = registry.source(row["scheme"]).currency
    average = stated_costs.thousandths(usual).rstrip("0").rstrip(".")
    return f"percent of the scheme's average of {value['of_year']}, {average} {currency} a year"


def supported(figure: Mapping[str, Any]) -> Json:
    """A figure's values as text, and its source or assumption."""
    if "counted" in figure:
        value = "yes" if figure["counted"] else "no"
    elif VALUE in figure:
        value = str(figure[VALUE])
    else:
        value = " / ".join(str(figure[key]) for key in LEVELS)
    said = {key: str(figure[key]) for key in ("source", "says", "cite", "assumed") if key in figure}
    return {"value": value, **said}


def exempted(stated: Costs) -> Iterator[Json]:
    """By text and direction: the clause, the months it exempts of a stay, the persons."""
    for text in stated.texts[1:]:
        for scheme in stated.schemes:
            for _, row in stated.rows(CONTRIBUTIONS, scheme, text):
                if "sum" not in row:
                    yield whom(row, text)


def whom(row: Row, text: Text) -> Json:
    """Workers of a row whom a text frees from paying twice."""
    made: Json = {"text": text.name, "scheme": row["scheme"], "sent_from": row["sent_from"]}
    found = stated_costs.exempted(row, text)
    if isinstance(found, str):
        return {**made, "unknown": found}
    made |= stated_costs.cited(found.clause)
    freed = found.clause.months is not None
    for key, value in row["workers"].items():
        if key in ("always", "at_entry", "a_year"):
            paying = stated_costs.per(three(row["both"]), 100)
            persons = stated_costs.times(three(value), paying)
            made[key] = stated_costs.told(persons if freed else stated_costs.NOTHING)
    made["limit_applied"] = "stay" in row["workers"] or "at_entry" in row["workers"]
    if "stay" in row["workers"]:
        made["months"] = stated_costs.told(found.stay)
    if "left" in row["workers"]:
        made["months_at_entry"] = stated_costs.told(found.left)
    return made


def not_told(pairs: Sequence[Json]) -> dict[str, str]:
    """What of both tables is still unknown, by table."""
    made = {}
    for table in TABLES:
        lacking = sorted({row["scheme"] for p in pairs for row in p[table] if "unknown" in row})
        more = f"; unknown of {', '.join(lacking)}, as the tables say" if lacking else ""
        made[table] = f"{KEPT_APART}{more}"
    return {**made, "left out of both": "; ".join(LEFT_OUT)}


# --- as tables


TITLES = {
    CONTRIBUTIONS: "contributions forgone, because workers are posted",
    ADMINISTRATION: "administration",
}
NOTES = {
    CONTRIBUTIONS: "above zero the scheme gives up more; benefits and administration are apart",
    ADMINISTRATION: "above zero it costs more; benefits and contributions are apart",
}
PRICES = "prices as stated, no indexation but a stated growth"


def sums(pair: Json) -> Iterator[Grid]:
    """Per scheme and span what a change of text does to contributions and to administration, each
    in its own table; none where nobody stated anything."""
    for table in TABLES:
        heads = ["scheme", "currency", f"{table} in", "all", "by which clause"]
        found = pair.get(table, ())
        names = [row["scheme"] for row in found]
        columns = 5 if table == CONTRIBUTIONS else 4
        rows = tuple(
            laid_out(row, scheme_before)[:columns]
            for scheme_before, row in zip(("", *names), found, strict=False)
        )
        title = f"{pair['from']} → {pair['to']}: {TITLES[table]}"
        note = f"{ORDER}; {NOTES[table]}; {PRICES}"
        yield Grid(title, tuple(heads[:columns]), rows, note)


def laid_out(row: Json, before: str) -> tuple[str, ...]:
    """A row of a table; the clauses stand beside the first row of a scheme alone. before: the
    scheme of the row above."""
    head = f"{row['country']} {row['scheme']}", row["currency"]
    if "unknown" in row:
        return (*head, "every year", row["unknown"], "")
    by = clauses_told(row) if row["scheme"] != before else ""
    return (*head, row["span"], money_told(row["sum"]), by)


def clauses_told(row: Json) -> str:
    """ "us-ph-1, sent from US: 60 months (draft article 7)"."""
    return "; ".join(
        f"{each['text']}, sent from {each['sent_from']}: {clause_told(each)}"
        for each in row.get("clauses", ())
    )


def clause_told(row: Json) -> str:
    cited = f" [{row['article']}]" if row["article"] else ""
    noted = f"; remark of the file: {row['note']}" if "note" in row else ""
    return f"{row['clause']}{cited}{noted}"


def grids(header: Json) -> Iterator[Grid]:
    """Whom each text exempts, and what was stated."""
    rows = []
    for row in header["exempted"]:
        head = row["text"], f"{row['sent_from']} to {row['scheme']}"
        if "unknown" in row:
            rows.append((*head, row["unknown"], *[NONE] * 4))
            continue
        months = [months_told(row.get(key)) for key in ("months_at_entry", "months")]
        if not row["limit_applied"]:
            months[-1] = "all: no stay is stated"
        now = persons_told(row.get("at_entry", row.get("always")))
        rows.append((*head, clause_told(row), *months, now, persons_told(row.get("a_year"))))
    heads = ("text", "sent from", "clause", "months at entry", "months", "at entry", "a year")
    note = f"{ORDER}; months of a stay that the clause exempts; persons who pay twice today"
    yield Grid("Posted workers who pay in one state only", heads, tuple(rows), note)
    stated = tuple(
        (row["table"], row["of"], row["value"], row["what"], support(row))
        for row in header["inputs"]
    )
    columns = ("for", "of", "value", "what", "source")
    hashed = f"hash of what the file says: {header['digest']}"
    yield Grid(f"Stated: {header['title']}", columns, stated, hashed)
    sources = tuple(header["sources"].items())
    yield Grid("Sources of what was stated", ("name", "title, place, address, day"), sources)


def assumption(row: Json) -> str:
    """ "contributions, ph-sss, sent from US: 24 / 36 / 84 months of a stay; ASSUMED: …"."""
    return f"{row['table']}, {row['of']}: {row['value']} {row['what']}; {support(row)}"


def months_told(levels: Json | None) -> str:
    return NONE if levels is None else told(levels, 10)


def support(row: Json) -> str:
    """The article, the source with its words, the assumption with its reason."""
    parts = [row["cite"]] if "cite" in row else []
    if "source" in row:
        parts.append(f"{row['source']} says: {row['says']}")
    if "assumed" in row:
        parts.append(f"ASSUMED: {row['assumed']}")
    return "; ".join(parts)
