"""What a check finds: a verdict, one plain sentence, the clauses it rests on; and how findings on
branches, parties or schemes make one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from portability.agreement import Absent

MET, PARTLY, NOT = "met", "partly", "not"
NOT_REGULATED, UNKNOWN, NOT_VERIFIED, NOTE = "not_regulated", "unknown", "not_verified", "note"
VERDICTS = (MET, PARTLY, NOT, NOT_REGULATED, UNKNOWN, NOT_VERIFIED, NOTE)
JUDGED = (MET, PARTLY, NOT)

BECAUSE = "unknown, because "

# What a leeway that the standard itself gives makes of a shortfall of exactly that kind. The last
# one changes nothing: accepting a standard step by step excuses a gap and does not fill it.
EASES = {
    "reciprocity": {PARTLY: MET, NOT: MET},
    "listed_exceptions": {PARTLY: MET},
    "agreement": {NOT: PARTLY},
    "progressive": {},
}


@frozen
class Place:
    """Where something stands: the field of the file, the article, the address."""

    field: str
    article: str = ""
    url: str = ""


@frozen
class Finding:
    """One answer.

    verdict    a word of `VERDICTS`
    why        one plain sentence
    places     clauses of the agreement (or rows of a scheme file) it rests on
    shortfall  a word of `EASES` if what is missing is of a kind that a standard may excuse
    eased      which leeway of the standard applies, in words
    parts      findings on the branches, parties or schemes it is made of
    """

    verdict: str
    why: str
    places: tuple[Place, ...] = ()
    shortfall: str = ""
    eased: str = ""
    parts: Mapping[str, Finding] = field(factory=dict)


def absent(why: Absent | None, what: str, places: tuple[Place, ...] = ()) -> Finding:
    """The finding on a block that is not there, for its reason; None: the file does not hold it."""
    if why is Absent.NONE:
        return Finding(NOT, f"the text excludes it: {what} is none", places)
    if why is Absent.NOT_REGULATED:
        return Finding(
            NOT_REGULATED, f"the text was read and leaves {what} to national law", places
        )
    if why is Absent.UNKNOWN:
        return Finding(UNKNOWN, f"{BECAUSE}the text on {what} was not seen", places)
    return Finding(UNKNOWN, f"{BECAUSE}the file holds nothing on {what}", places)


def named(word: str) -> str:
    """old_age -> old age; ids of schemes stay as they are."""
    return word.replace("_", " ")


def places_of(findings: Iterable[Finding]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place for found in findings for place in found.places))


def total(verdicts: Iterable[str]) -> str:
    """One verdict for a duty that holds for every part.

    met: every part. partly: something is met and something is not. not: a part is not met, and none
    is known to be. unknown: nothing is known to be missing, and not everything is known.

    >>> total(["met", "not"]), total(["met", "unknown"]), total(["not", "unknown"])
    ('partly', 'unknown', 'not')
    """
    seen = list(verdicts)
    if PARTLY in seen or (MET in seen and NOT in seen):
        return PARTLY
    for verdict in (NOT, UNKNOWN, MET, NOT_REGULATED, NOTE):
        if verdict in seen:
            return verdict
    return UNKNOWN


def combined(parts: Mapping[str, Finding], nothing: Finding) -> Finding:
    """The finding on the whole; `nothing` where there is no part. Parts that are not regulated or
    only noted do not weigh against those that are judged."""
    if not parts:
        return nothing
    weighed = {k: f for k, f in parts.items() if f.verdict not in (NOT_REGULATED, NOTE)} or parts
    groups: dict[str, list[str]] = {}
    for name, found in weighed.items():
        groups.setdefault(found.verdict, []).append(name)
    whys = {found.why for found in weighed.values()}
    kinds = {found.shortfall for found in weighed.values() if found.verdict in (PARTLY, NOT)}
    eased = "; ".join(dict.fromkeys(found.eased for found in weighed.values() if found.eased))
    return Finding(
        total(groups),
        next(iter(whys)) if len(whys) == 1 else told(groups, weighed),
        places_of(weighed.values()),
        kinds.pop() if len(kinds) == 1 else "",
        eased,
        parts,
    )


def told(groups: Mapping[str, list[str]], parts: Mapping[str, Finding]) -> str:
    """ "met: old age; not: survivors (…)": the first reason of every verdict but met."""
    words = []
    for verdict in VERDICTS:
        names = groups.get(verdict, [])
        if not names:
            continue
        listed = ", ".join(map(named, names[:6])) + (" …" if len(names) > 6 else "")
        same = len({parts[name].why for name in names}) == 1
        path, why = core(names[0], parts[names[0]])
        first = "" if same and not parts[names[0]].parts else f"{path}: "
        reason = f" ({first}{why.removeprefix(BECAUSE)})"
        words.append(f"{named(verdict)}: {listed}{reason if verdict != MET else ''}")
    return "; ".join(words)


def core(name: str, found: Finding) -> tuple[str, str]:
    """The innermost part that a verdict rests on: ("old age, de-grv", its reason)."""
    for inner, part in found.parts.items():
        if part.verdict == found.verdict or (found.verdict == PARTLY and part.verdict == NOT):
            path, why = core(inner, part)
            return f"{named(name)}, {path}", why
    return named(name), found.why


def with_leeway(found: Finding, kinds: Iterable[str], words: str) -> Finding:
    """The finding after the leeway the standard gives: only a shortfall of that very kind is
    eased; a duty to be realized step by step is told of every shortfall. words: article and sense
    of the leeway."""
    if found.verdict not in (PARTLY, NOT):
        return found
    kind = found.shortfall if found.shortfall in kinds else ""
    if not kind and "progressive" not in kinds:
        return found
    verdict = EASES[kind or "progressive"].get(found.verdict, found.verdict)
    return evolve(found, verdict=verdict, eased=words)
