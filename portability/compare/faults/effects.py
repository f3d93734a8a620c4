"""What a clause does to a made-up person, told: the text as written beside the better rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from portability import registry
from portability.agreement import Agreement
from portability.compare.faults.model import table
from portability.compare.faults.people import Life, ask, case_document, line_of, monthly_pay
from portability.countries import COUNTRIES
from portability.registry import country_of

Json = dict[str, Any]
Lines = Mapping[str, Json]


def example(lives: Sequence[Life], before: Agreement, after: Agreement, own: str) -> Json:
    """The person who loses most by the text as it stands, beside what the better rule gives.

    By law; on a certified pension only where the law of `own` cannot be computed; else the reason
    why there is none.
    """
    first, second = ask(lives, [before]), ask(lives, [after])
    found = worst(lives, first, second)
    if found is not None:
        return found
    if any(amount(one[own]) is not None and amount(two[own]) for one, two in zip_(first, second)):
        return none(f"the law of {own} is computed here, and no made-up person loses money by it")
    certified = [evolve(life, certified=frozenset({own})) for life in lives]
    found = worst(certified, ask(certified, [before]), ask(certified, [after]))
    return found or none(f"what {own} pays cannot be computed here")


def zip_(first: Sequence[Lines], second: Sequence[Lines]) -> Iterator[tuple[Lines, Lines]]:
    return zip(first, second, strict=True)


def compared(
    lives: Sequence[Life], before: Sequence[Agreement], after: Sequence[Agreement]
) -> Json | None:
    """The life that loses most by law; None if nobody loses or nothing can be computed."""
    return worst(lives, ask(lives, before), ask(lives, after)) if lives else None


def worst(lives: Sequence[Life], first: Sequence[Lines], second: Sequence[Lines]) -> Json | None:
    best: tuple[int, int] | None = None
    for number, (one, two) in enumerate(zip_(first, second)):
        weight = loss(one, two)
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, number)
    return None if best is None else shown(lives[best[1]], first[best[1]], second[best[1]])


def loss(before: Mapping[str, Json], after: Mapping[str, Json]) -> int:
    """How much worse the first is, in thousandths of the second; 0 if it is not, or if another
    scheme pays less by the second."""
    most = 0
    for scheme, line in after.items():
        now, better = amount(before[scheme]), amount(line)
        if now is None and better:
            most = max(most, 1)  # a right, or an amount, that nobody can state
        elif better is None and line["status"] == "entitled" != before[scheme]["status"]:
            most = max(most, 1)  # a right of an amount that cannot be computed here
        elif now is not None and better is not None and better > now:
            most = max(most, (better - now) * 1000 // better)
        elif now is not None and better is not None and better < now:
            return 0
    return most


def amount(line: Json) -> int | None:
    """Minor units a payment; 0 where there is no right; None where it is not known."""
    if line["status"] in ("not_entitled", "deferred"):
        return 0
    paid = line["payable"]
    return None if paid is None else int(paid["amount"].replace(".", ""))


def shown(life: Life, before: Mapping[str, Json], after: Mapping[str, Json] | None) -> Json:
    """The example as it is printed, with the case file that computes it again."""
    document = case_document(life)
    out: Json = {
        "person": person(life),
        "as_written": {scheme: paid(line) for scheme, line in before.items()},
    }
    if after is not None:
        out["with_better_rule"] = {scheme: paid(line) for scheme, line in after.items()}
    out["assumed"] = assumptions(life, document)
    out["case"] = document
    return out


def person(life: Life) -> str:
    stays = " and ".join(
        f"{stay.months} months in {stay.scheme} from {stay.start[:7]}"
        for stay in life.stays
        if stay.months > 0
    )
    lives = COUNTRIES[life.residence or country_of(life.stays[0].scheme)]
    return f"a woman born {life.born}, living in {lives}, who claims on {life.claim}: {stays}"


def paid(line: Json) -> Json:
    """What one scheme pays, in figures and words."""
    money = line["payable"]
    words = {
        "entitled": "a right, and an amount that is not known",
        "not_entitled": "nothing: no right",
        "deferred": "nothing yet",
        "unknown": "not known whether there is a right",
    }[line["status"]]
    if line["status"] == "entitled" and money is not None:
        words = f"{grouped(money['amount'])} {money['currency']} a {money['per']}"
    periods = line["periods"]
    return {
        "says": words,
        "status": line["status"],
        "payable": money,
        "fraction": line["fraction"],
        "counted": f"{periods['counted']} of {periods['required'] or '?'} {periods['unit']}s",
    }


def grouped(figure: str) -> str:
    whole, point, rest = figure.partition(".")
    return f"{int(whole):,}{point}{rest}"


def assumptions(life: Life, document: Json) -> list[str]:
    """What the example takes for granted about the person."""
    out = []
    for stay in life.stays:
        pay = monthly_pay(stay.scheme)
        if pay and line_of(stay).get("earnings") and stay.scheme not in life.certified:
            money = registry.source(stay.scheme).currency
            out.append(f"{pay:,} {money} a month in {stay.scheme}")
    for scheme in sorted(life.certified):
        figure = grouped(table("assumed.yaml")["certified_pension"])
        money = registry.source(scheme).currency
        out.append(
            f"{scheme} certifies {figure} {money} before the share: its law cannot be computed here"
        )
        if "qualifying_period" in document["facts"].get(scheme, {}):
            years = table("assumed.yaml")["qualifying_years"]
            out.append(f"{scheme} asks for {years} years in all")
    for scheme, facts in document["facts"].items():
        names = {**table("assumed.yaml")["facts"]}
        out += [f"{scheme}: {name} {facts[name]}" for name in facts if name in names]
    return out


def none(reason: str) -> Json:
    """Why there is no example."""
    return {"none": reason}
