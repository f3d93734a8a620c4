"""Why the answer is as it is: what was not counted, what changes it, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portability.clean import plain
from portability.report.answer import due, entitlements
from portability.report.timeline import between, lanes
from portability.report.words import Words, appeal

Json = Mapping[str, Any]
NOT_OTHER = {"code", "stage", "cite"}


# --- 6 what was not counted, and why


def uncounted(d: Json, w: Words) -> list[str]:
    """Overlaps, lines that do not count, and reasons given with a right or an amount."""
    out = []
    why = {
        item.get("period"): item.get("code")
        for item in d.get("warnings") or []
        if isinstance(item, Mapping)
    }
    reason = next((code for code in why.values() if code in ("refunded", "transferred")), None)
    for bar in (bar for lane in lanes(d.get("timeline") or []) for bar in lane.bars):
        if bar.state == "counted":
            continue
        told = {
            "scheme": bar.row.get("scheme"),
            "period": between(bar.start, bar.end, w),
            "kind": w.name("kind", bar.row.get("kind")),
            "why": w(f"not_counted.{reason}") if reason else "",
        }
        out.append(
            w("not_counted.overlap" if bar.state == "overlap" else "not_counted.other", **told)
        )
    for line in entitlements(d):
        out += [f"{w.payer(line.get('scheme'))}: {text}" for text in reasons(line, w)]
    return list(dict.fromkeys(out))


def reasons(line: Json, w: Words) -> list[str]:
    """Why a line is unknown, refused or a floor."""
    out = []
    for item in line.get("reasons") or []:
        if not isinstance(item, Mapping):
            out.append(plain(item))
            continue
        code = item.get("code")
        key = f"reason.{code}" if w.has(f"reason.{code}") and code != "other" else "reason.other"
        stage = item.get("stage") if w.has(f"stage.{item.get('stage')}") else "other"
        terms = {
            **item,
            "code": plain(code).replace("_", " "),
            "stage": w(f"stage.{stage}"),
            "detail": detail(item),
        }
        for name in ("at", "known"):
            if item.get(name):
                ends = plain(item[name]).split("…")
                terms[name] = " – ".join(w("word.open") if e == "open" else w.day(e) for e in ends)
        for name in ("fact", "table", "what"):
            if item.get(name):
                terms[name] = plain(item[name]).replace("_", " ")
        if item.get("route"):
            terms["route"] = w.route(item["route"])
        out.append(w(key, **terms))
    return list(dict.fromkeys(out))


def detail(item: Json) -> str:
    return ", ".join(
        f"{plain(name).replace('_', ' ')} {plain(value)}"
        for name, value in item.items()
        if name not in NOT_OTHER and value not in (None, "")
    )


def alternatives(d: Json, w: Words) -> list[str]:
    """Every route that was tried and not used."""
    out = []
    for line in entitlements(d):
        for other in line.get("alternatives") or []:
            given = w.money(other.get("payable"))
            status = "" if given else w.name("status", other.get("status"))
            out.append(
                w(
                    "not_counted.route",
                    scheme=line.get("scheme"),
                    route=w.route(other.get("route")),
                    amount=given,
                    status=status,
                )
            )
            out += [f"  {text}" for text in reasons(other, w)]
    return out


# --- 7 what changes next


def shortfalls(d: Json, w: Words) -> list[str]:
    out = []
    for line in due(d):
        short = line.get("shortfall")
        if line.get("status") in ("entitled", "unknown") or not isinstance(short, Mapping):
            continue
        none = short.get("missing") in (None, "0")
        key = "missing" if not none else "date" if short.get("earliest") else "other"
        out.append(
            w(
                f"shortfall.{key}",
                country=w.payer(line.get("scheme")),
                earliest=w.day(short.get("earliest")),
                missing=w.count(short.get("missing"), short.get("unit")),
            )
        )
    return out


def changes(d: Json, w: Words) -> list[str]:
    """One sentence per change of the facts, with its effect in every country."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for item in d.get("next") or []:
        key = tuple(
            plain(item.get(name))
            for name in ("change", "where", "amount", "unit", "date", "scheme")
        )
        grouped.setdefault(key, []).append(effect(item, w))
    out = []
    for (change, where, more, unit, date, scheme), effects in grouped.items():
        sentence = f"next.{change}" if w.has(f"next.{change}") else "next.other"
        out.append(
            w(
                sentence,
                change=change.replace("_", " "),
                where=w.payer(scheme) if scheme else w.country(where) if where else "",
                date=w.day(date),
                more=w.count(more, unit or "month") if more else "",
                effect=w.listed(effects),
            )
        )
    return out


def effect(item: Json, w: Words) -> str:
    affected = item.get("affects") or item.get("scheme")
    country = w.payer(affected) if affected else w.country(item.get("where"))
    key = f"effect.{item.get('effect')}"
    return (
        w(key, country=country, amount=w.money(item.get("payable")))
        if w.has(key)
        else plain(item.get("effect")).rstrip(".")
    )


# --- 8 what is missing; warnings


def missing(d: Json, w: Words) -> list[str]:
    out = []
    for item in d.get("missing") or []:
        if not isinstance(item, Mapping):
            out.append(plain(item))
            continue
        scheme, what = plain(item.get("scheme")), plain(item.get("what"))
        key = (
            what
            if what in ("period_dates_missing", "fx_missing")
            else "fact"
            if scheme
            else "other"
        )
        out.append(
            w(
                f"missing.{key}",
                country=w.country(scheme.split("-", 1)[0].upper()),
                scheme=scheme,
                what=what.replace("_", " "),
                who=item.get("who"),
            )
        )
    return out


def warnings(d: Json, w: Words) -> Iterator[str]:
    for item in d.get("warnings") or []:
        if not isinstance(item, Mapping):
            yield plain(item)
            continue
        code, number = item.get("code"), item.get("period")
        key = f"warning.{code}" if w.has(f"warning.{code}") and code != "other" else "warning.other"
        pair = [w.country(c) for c in item.get("between") or ()][:2]
        yield w(
            key,
            **{
                **item,
                **dict(zip(("first", "second"), pair, strict=False)),
                "code": plain(code).replace("_", " "),
                "detail": detail(item),
                "period": number + 1 if isinstance(number, int) else number,
            },
        )


# --- 9 if you disagree


def appeals(d: Json, w: Words) -> list[tuple[str, str, str]]:
    """(sentence, citation, address) per scheme that decides; one sentence where none was seen."""
    out: dict[str, tuple[str, str, str]] = {}
    for line in entitlements(d):
        scheme, country = plain(line.get("scheme")), w.country(line.get("country"))
        known = appeal(scheme, w.language)
        if known:
            sentence = w("disagree.rule", country=country, scheme=w.scheme(scheme), **known)
            out[scheme] = (sentence, plain(known.get("cite")), plain(known.get("url")))
        else:
            unseen = w("disagree.unseen", country=country, scheme=w.scheme(scheme))
            out[scheme] = (unseen, "", "")
    return list(out.values())
