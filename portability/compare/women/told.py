"""A report on the difficulties women face as tables: what is said, what the laws do, what each
interruption costs, and which clause makes which difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portability.compare.clauses import EVERY
from portability.compare.grid import NONE, Grid, money_told, persons_told
from portability.compare.impact_told import WORDS
from portability.exact import parse_number

Json = Mapping[str, Any]
UNKNOWN = "unknown"
RIGHTS = {
    "kept": "right kept",
    "lost": "right LOST",
    "gained": "right gained",
    "never": "no right either way",
    None: "right unknown",
}
HOW = {
    "computed": "",
    "certified": " (the number is certified by the institution)",
    "stated": " (read, not reckoned here)",
    "unknown": "",
}
NOTHING = "no agreement"


def grids(found: Json) -> Iterator[Grid]:
    """Everything a report says, in the order of its layers."""
    yield wording(found)
    yield laws(found)
    yield legend(found)
    for corridor in found["corridors"]:
        yield careers(found, corridor)
        yield interruptions(found, corridor)
    for exchange in found["clauses"]:
        yield clauses(found, exchange)
        yield remainders(found, exchange)
    if found["people"] is not None:
        yield from crowd(found)
    yield assumed(found)


def wording(found: Json) -> Grid:
    """What every text says, item by item."""
    names = [text["name"] for text in found["texts"]]
    rows = [
        (row["title"], name, says(row["texts"][name]), judged(row["texts"][name]))
        for row in found["wording"]
        for name in names
    ]
    return Grid(
        "Difficulties women face: what the texts say",
        ("difficulty", "text", "clause", "verdict"),
        tuple(rows),
        "verdicts: the standard 'women' of docs/standards.md; what nobody read is unknown, not "
        "absent",
    )


def says(cell: Json) -> str:
    """ "Own periods needed first: 18 months [GN 01707.125] (de-grv: old age) · …"."""
    if not cell["clauses"]:
        return str(cell["says"])
    parts = []
    for row in cell["clauses"]:
        whose = "; ".join(
            f"{'every scheme' if scheme == EVERY else scheme}: {', '.join(branches)}"
            for scheme, branches in row["schemes"].items()
        ).replace("_", " ")
        schemes = f" ({whose})" if whose else ""
        article = f" [{row['article']}]" if row["article"] else ""
        parts.append(f"{row['title']}: {row['says']}{article}{schemes}")
    return " · ".join(parts)


def judged(cell: Json) -> str:
    if cell["verdict"] is None:
        return NONE
    verdict, why = str(cell["verdict"]).replace("_", " "), str(cell["why"])
    said = why if why.startswith(verdict) else f"{verdict}: {why}"
    return f"{said} ({cell['standard']})"


def laws(found: Json) -> Grid:
    """What the national laws do; what no file states in one row a scheme."""
    rows: list[tuple[str, ...]] = []
    open_: dict[str, list[str]] = {}
    why = ""
    for row in found["laws"]:
        scheme = f"{row['country']} {row['scheme']}"
        if row["how"] == UNKNOWN:
            open_.setdefault(scheme, []).append(row["title"].lower())
            why = row["says"]
        else:
            rows.append((scheme, row["title"], row["says"] + HOW[row["how"]], row["cite"]))
    rows += [(scheme, ", ".join(titles), why, NONE) for scheme, titles in open_.items()]
    return Grid(
        "Difficulties women face: what the national laws do",
        ("scheme", "difficulty", "the law", "article"),
        tuple(rows),
    )


def short(found: Json) -> dict[str, str]:
    return {career["id"]: career["short"] for career in found["careers"]}


def legend(found: Json) -> Grid:
    """What each career is, and which it is measured against."""
    titles = short(found)
    rows = tuple(
        (
            career["short"],
            career["title"],
            ", ".join(titles[beside] for beside in career["beside"]) or NONE,
        )
        for career in found["careers"]
    )
    return Grid("The matched careers", ("career", "what it is", "measured against"), rows)


def careers(found: Json, corridor: Json) -> Grid:
    """What every career is paid a year under each text, one row per career and scheme."""
    titles = short(found)
    names = [NOTHING, *(text["name"] for text in found["texts"])]
    mine = [row for row in found["measured"] if row["corridor"] == corridor["id"]]
    at: dict[tuple[str, str], dict[str, Json]] = {}
    for row in mine:
        at.setdefault((row["career"], row["scheme"]), {})[row["text"]] = row
    rows = [
        (
            titles[career],
            scheme,
            next(iter(cells.values()))["currency"],
            *(paid(cells.get(name)) for name in names),
        )
        for (career, scheme), cells in at.items()
    ]
    return Grid(
        f"Matched careers, {between(corridor)}: paid a year",
        ("career", "scheme", "currency", *names),
        tuple(rows),
        f"{NONE}: the text is not between these states; shares are own time over the denominator",
    )


def between(corridor: Json) -> str:
    return f"home {corridor['home']}, other state {corridor['host']}"


def paid(row: Json | None) -> str:
    """ "2,532.00 (share 8/140)", "0 (own minimum: …)", "unknown (…)"."""
    if row is None:
        return NONE
    if row["yearly"] is None:
        return f"{UNKNOWN} ({row['reason']})" if row["reason"] else UNKNOWN
    if row["status"] != "entitled":
        return f"0 ({row['reason']})" if row["reason"] else "0 (no right)"
    share = f" (share {row['fraction']})" if row["fraction"] and row["route"] != "national" else ""
    return money(row["yearly"]) + share


def money(text: str) -> str:
    """Grouped; a dash for a figure nobody knows is the caller's."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    head, point, tail = digits.partition(".")
    return f"{sign}{int(head):,}{point}{tail}"


def signed(text: str | None) -> str:
    if text is None:
        return UNKNOWN
    return money(text) if text.startswith("-") or not parse_number(text) else f"+{money(text)}"


def interruptions(found: Json, corridor: Json) -> Grid:
    """What each interruption costs a year under each text, and what becomes of the right."""
    titles = short(found)
    names = [NOTHING, *(text["name"] for text in found["texts"])]
    at: dict[tuple[str, str, str], dict[str, Json]] = {}
    for row in found["interruptions"]:
        if row["corridor"] == corridor["id"]:
            at.setdefault((row["career"], row["beside"], row["scheme"]), {})[row["text"]] = row
    rows = [
        (
            titles[career],
            titles[beside],
            scheme,
            next(iter(cells.values()))["currency"],
            *(lost(cells.get(name)) for name in names),
        )
        for (career, beside, scheme), cells in at.items()
        if any(row["cost"] is None or parse_number(row["cost"]) for row in cells.values())
    ]
    return Grid(
        f"What the interruption costs, {between(corridor)}: a year",
        ("career", "beside", "scheme", "currency", *names),
        tuple(rows),
        "a cost is what the career beside it is paid more; below zero: the interruption brings "
        "more; careers and schemes in which nothing changes are left out",
    )


def lost(row: Json | None) -> str:
    if row is None:
        return NONE
    if row["cost"] is None:
        return f"{UNKNOWN} ({row['reason']})" if row["reason"] else UNKNOWN
    return f"{money(row['cost'])}, {RIGHTS[row['right']]}"


def clauses(found: Json, exchange: Json) -> Grid:
    """Each clause alone: whom it pays more or less, whose right it opens or closes; those that move
    none of these careers in one row a scheme."""
    titles = short(found)
    one, other = exchange["from"], exchange["to"]
    rows: list[tuple[str, ...]] = []
    idle: dict[str, list[str]] = {}
    for row in exchange["clauses"]:
        head = (f"{row['scheme']} {row['title']}".strip(), cell(row["before"]), cell(row["after"]))
        if row["open"]:
            rows.append((*head, NONE, f"{UNKNOWN}, because {row['open']}"))
        elif not row["effects"]:
            idle.setdefault(row["scheme"], []).append(row["title"][0].lower() + row["title"][1:])
        whom: dict[str, list[str]] = {}
        for change in row["effects"]:
            place = f"{change['corridor']} {change['scheme']}"
            whom.setdefault(f"{changed(change)} · {place}", []).append(titles[change["career"]])
        for number, (does, who) in enumerate(whom.items()):
            rows.append((*(head if not number else ("", "", "")), "; ".join(who), does))
    for scheme, names in idle.items():
        listed = f"{scheme} {'; '.join(names)}".strip()
        rows.append((listed, "differ", "differ", NONE, "no difference for these careers"))
    return Grid(
        f"Which clause makes the difference: {one} with one clause of {other}",
        ("clause", one, other, "careers", "a year · between, scheme"),
        tuple(rows),
        "one clause at a time, everything else as in the first text; the order plays no part",
    )


def cell(side: Json) -> str:
    return f"{side['says']} [{side['article']}]" if side["article"] else str(side["says"])


def changed(change: Json) -> str:
    right = change["right"]
    word = "" if right in ("kept", "never") else f", {RIGHTS[right]}"
    if change["change"] is None:
        return f"{UNKNOWN} ({change['reason']})" if change["reason"] else UNKNOWN
    return f"{signed(change['change'])} {change['currency']}{word}"


def remainders(found: Json, exchange: Json) -> Grid:
    """The whole difference, clause by clause, and what only works together."""
    titles = short(found)
    rows = []
    for row in exchange["remainders"]:
        parts = "; ".join(f"{name} {signed(value)}" for name, value in row["single"].items())
        rows.append(
            (
                titles[row["career"]],
                f"{row['corridor']} {row['scheme']}",
                row["currency"],
                f"{value(row['from'])} → {value(row['to'])}",
                signed(row["whole"]),
                parts or NONE,
                signed(row["together"]),
            )
        )
    return Grid(
        f"The whole difference: {exchange['from']} → {exchange['to']}, a year",
        ("career", "between, scheme", "currency", "paid", "whole", "single clauses", "together"),
        tuple(rows),
        "together: what is left of the whole after the single clauses: clauses that work only with "
        "one another, blocks that are no rule, and the other partner's own law",
    )


def value(text: str | None) -> str:
    return UNKNOWN if text is None else money(text)


def crowd(found: Json) -> Iterator[Grid]:
    """Women and men apart: the texts, then each clause alone."""
    people = found["people"]
    rows: list[tuple[str, ...]] = []
    for row in people["clauses"]:
        for group in ("female", "male"):
            counted = effects(row, group)
            if counted:
                who = "women" if group == "female" else "men"
                name = f"{row['scheme']} {row['title']}".strip()
                rows.append((f"{row['from']} → {row['to']}", name, who, "; ".join(counted)))
    yield Grid(
        f"Which clause moves whom: {people['population']['title']}",
        ("texts", "clause", "who", "persons, and benefits in years 1-5"),
        tuple(rows),
        "each clause alone; one that moves nobody is left out; unknown persons are in no sum",
    )


def effects(row: Json, group: str) -> Iterable[str]:
    """ "12 gain a right at entry (de-grv)", "benefits of de-grv: 1,200 …" of one sex."""
    mine = [p for p in row["persons"] if (p["by"], p["group"]) == ("sex", group)]
    counted = [
        f"{persons_told(p['persons'])} {WORDS[p['effect']]} {p['when']} ({p['scheme']})"
        for p in mine
        if p["effect"] != "same"
    ]
    paid_ = [
        f"{b['scheme']} {money_told(b['sum'])} in years 1-5"
        for b in row["benefits"]
        if (b["by"], b["group"], b["span"]) == ("sex", group, "years 1-5")
    ]
    moved = paid_ or any(p["effect"] not in ("same", "unknown") for p in mine)
    return [*counted, *paid_] if moved else []


def assumed(found: Json) -> Grid:
    """What the careers take for granted."""
    head = found["assumed"]
    moved = ", ".join(
        f"{years} years earlier for {c}" for c, years in head["years_earlier"].items()
    )
    wages = {row["currency"]: head["monthly_pay"].get(row["currency"]) for row in found["measured"]}
    pay = ", ".join(f"{p:,} {money_}" for money_, p in wages.items() if p)
    dead = head["deceased"]
    rows = (
        ("person", f"a woman born {head['born']}, who claims on {head['claim']} ({moved})"),
        ("deceased", f"born {dead['born']}, died {dead['died']}; his widow {dead['widow_born']}"),
        ("wage a month", pay or NONE),
        ("without work", head["record_of_the_gap"]),
        ("child", head["child"]),
        ("facts", ", ".join(f"{key} {value_}" for key, value_ in head["facts"].items())),
        (
            "parameters",
            "continued after the last that was published"
            if found["parameters_continued"]
            else "as published; what was not is unknown",
        ),
    )
    return Grid("What the matched careers take for granted", ("what", "assumed"), rows)
