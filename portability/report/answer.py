"""What a determination says, in sentences: the same for the terminal and the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portability.clean import plain
from portability.report.words import Words

Json = Mapping[str, Any]


def entitlements(d: Json) -> list[Json]:
    return list(d.get("entitlements") or [])


def due(d: Json) -> list[Json]:
    """The lines somebody is paid by: a survivors' record pays nobody itself, a pensioner's does."""
    lines = entitlements(d)
    records = {line.get("scheme") for line in lines if line.get("claimant")}
    return [
        line
        for line in lines
        if line.get("claimant") or line.get("payable") or line.get("scheme") not in records
    ]


def benefit(d: Json, w: Words) -> str:
    return w.name("branch", (d.get("claim") or {}).get("branch"))


def claimant(d: Json, line: Json, w: Words) -> str:
    """Relation, and a number where several of that relation claim."""
    who = line.get("claimant")
    if not isinstance(who, Mapping):
        return plain(who)
    relation = who.get("relation")
    others = [other.get("claimant") for other in entitlements(d)]
    same = {
        o.get("number") for o in others if isinstance(o, Mapping) and o.get("relation") == relation
    }
    number = sorted(map(str, same)).index(str(who.get("number"))) + 1
    name = w.name("relation", relation)
    return f"{name} {number}" if len(same) > 1 else name


def amount(line: Json, w: Words) -> str:
    """Payable sum, or the range of an estimate; "" if neither is known."""
    paid, span = line.get("payable"), line.get("range")
    if isinstance(span, Mapping) and span.get("low") and span.get("low") != span.get("high"):
        return w("head.range", low=w.money(span["low"]), high=w.money(span.get("high")))
    return w.money(paid)


# --- 1 the answer in one sentence


def headline(d: Json, w: Words) -> str:
    """Who pays, how much, from when."""
    parts = [part for line in due(d) if (part := owed(d, line, w))]
    open_ = list(
        dict.fromkeys(
            w.payer(line.get("scheme")) for line in due(d) if line.get("status") == "unknown"
        )
    )
    name = benefit(d, w)
    if not parts and open_:
        return w("head.unknown", benefit=name) + "."
    if not parts:
        return w("head.nobody", benefit=name, date=w.day((d.get("claim") or {}).get("date"))) + "."
    if open_:
        parts.append(w("head.more_unknown", countries=w.listed(open_)))
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."


def owed(d: Json, line: Json, w: Words) -> str:
    """ "United States pays 97.00 USD a month from February 1982"."""
    terms = {
        "country": w.payer(line.get("scheme")),
        "start": w.day(line.get("from")),
        "claimant": claimant(d, line, w),
    }
    if line.get("status") == "deferred":
        start = line.get("from") or (line.get("shortfall") or {}).get("earliest")
        return w("head.deferred", country=terms["country"], start=w.day(start))
    if line.get("status") != "entitled":
        return ""
    if amount(line, w):
        return w("head.pays", amount=amount(line, w), **terms)
    if line.get("at_least"):
        return w("head.at_least", amount=w.money(line["at_least"]), **terms)
    return w("head.amount_unknown", **terms)


def standing(d: Json, w: Words) -> str:
    return w("standing.estimate" if d.get("estimate") else "standing.calculation")


# --- 3, 4 the periods and who pays


@frozen
class Pays:
    country: str
    scheme: str
    claimant: str
    status: str
    route: str
    amount: str
    start: str
    claim_by: str


def status(line: Json, w: Words) -> str:
    """Whether a benefit is due, and the variant of the right that is open."""
    word = w.name("status", line.get("status"))
    variant = plain(line.get("variant")).replace("_", " ")
    return f"{word} ({variant})" if variant and line.get("status") == "entitled" else word


def pays(d: Json, w: Words) -> list[Pays]:
    rows = []
    for line in due(d):
        least = w.money(line.get("at_least"))
        sum_ = amount(line, w) or (f"≥ {least}" if least else "")
        known = line.get("status") in ("not_entitled", "deferred")
        rows.append(
            Pays(
                w.country(line.get("country")),
                w.scheme(line.get("scheme")),
                claimant(d, line, w),
                status(line, w),
                w.route(line.get("route")),
                sum_ or ("–" if known else w("word.not_known")),
                w.day(line.get("from")) or "–",
                w.day(line.get("claim_by")) or w("word.not_stated"),
            )
        )
    return rows


@frozen
class Together:
    country: str
    scheme: str
    own: str
    foreign: str
    counted: str
    required: str
    unit: str
    enough: str
    sentence: str


def together(d: Json, w: Words) -> list[Together]:
    """Own and other countries' time against what is needed, a line per scheme."""
    rows = []
    for line in entitlements(d):
        periods = line.get("periods")
        if not isinstance(periods, Mapping):
            continue
        unit, country = periods.get("unit"), w.country(line.get("country"))
        words = {
            key: w.count(periods.get(key), unit)
            for key in ("own", "foreign", "counted", "required")
        }
        enough, abroad = comparison(line, periods), periods.get("foreign") not in (None, "0")
        key = {"yes": "enough" if abroad else "enough_own", "no": "short"}.get(
            enough, "undecided" if periods.get("required") else "open"
        )
        terms = words | ({} if enough or abroad else {"foreign": ""})
        sentence = w(f"together.{key}", country=w.payer(line.get("scheme")), **terms)
        told = {"yes": "enough", "no": "not_enough", "": "not_known"}[enough]
        bare = {
            key: w.number(periods.get(key)) if periods.get(key) is not None else "–"
            for key in words
        }
        rows.append(
            Together(
                country=country,
                scheme=w.scheme(line.get("scheme")),
                unit=w.name("units", unit),
                enough=w(f"word.{told}"),
                sentence=sentence,
                **bare,
            )
        )
    return rows


def comparison(line: Json, periods: Json) -> str:
    """yes | no | "" (not known): counted against required, never for a right that is unknown."""
    counted, required = units(periods.get("counted")), units(periods.get("required"))
    if counted is None or required is None or line.get("status") == "unknown":
        return ""
    if line.get("status") == "entitled" or counted >= required:
        return "yes"
    return "no"


def units(text: Any) -> tuple[int, str] | None:
    """Exact order of non-negative decimal text: (whole, fraction digits)."""
    whole, _, rest = str(text).partition(".")
    return (
        (int(whole), rest.rstrip("0")) if whole.isdigit() and (not rest or rest.isdigit()) else None
    )


# --- 5 the share


def shares(d: Json, w: Words) -> list[str]:
    """The fraction in words, where a joint amount is divided."""
    out = []
    for line in entitlements(d):
        num, _, den = str(line.get("fraction") or "").partition("/")
        if not den or line.get("status") not in ("entitled", "deferred") or num == den:
            continue
        periods = line.get("periods") or {}
        own_units = periods.get("own") == num
        whole = w.money(line.get("theoretical"))
        key = (
            ("own_units" if whole else "bare_units")
            if own_units
            else ("plain" if whole else "bare")
        )
        out.append(
            w(
                f"share.{key}",
                country=w.payer(line.get("scheme")),
                num=w.number(num),
                den=w.count(den, periods.get("unit")),
                num_only=w.number(num),
                den_only=w.number(den),
                whole=whole,
                amount=w.money(line.get("pro_rata") or line.get("payable")),
                paid=w.money(line.get("payable")) if moved(line) else None,
            )
        )
    return out


def moved(line: Json) -> bool:
    """The share is not yet what is paid: age, other components or a rounding still change it."""
    share, paid = line.get("pro_rata"), line.get("payable")
    return bool(share and paid and share.get("amount") != paid.get("amount"))
