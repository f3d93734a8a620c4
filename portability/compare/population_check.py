"""What a shape cannot see of a population: names that lead nowhere, margins that contradict each
other, cells without a career. Every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from portability import catalogue, registry
from portability.cohort import SEXES
from portability.compare.peopled import LEVELS
from portability.compare.population_fit import FINE
from portability.compare.population_lives import left_out
from portability.compare.population_parts import (
    BASE,
    TOTALS,
    WHOLE,
    Pick,
    Text,
    axes_of,
    cells_of,
    contradictions,
    fitted,
    number,
    shares,
    size,
    where,
)
from portability.compare.population_shape import DOCUMENT, MOVE, REST
from portability.dates import NODATE
from portability.errors import nearest
from portability.estimate.earnings import level, moneys
from portability.exact import parse_number
from portability.yamlsource import Path_, Raw, Source

A_SCHEME = "a known scheme (`portability schemes list` shows all)"
AN_AGREEMENT = "an agreement of the catalogue (`portability agreements list` shows all)"
CELLS = 10_000
SHORT = 30  # words a message lists
LONGEST = 60  # years for which a pension is paid


def checked(source: Source) -> Source:
    """The same document. Raises InputError with every fault that can be seen: of the shape first,
    then of names, then of figures, then of the fit."""
    DOCUMENT.check(source, (), source.data)
    source.check()
    text = source.data
    names(source, text)
    places(source, text)
    schemes(source, text)
    source.check()
    figures(source, text)
    source.check()
    margins(source, text)
    covered(source, text)
    source.check()
    for pick in BASE:
        for when in TOTALS:
            fitted(source, pick, when)
    return source


def walked(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every mapping of a document with its place."""
    if isinstance(value, Mapping):
        yield path, value
        for key, item in value.items():
            yield from walked(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from walked(item, (*path, at))


def known(source: Source, path: Path_, word: Any, allowed: Any, what: str) -> None:
    if word not in allowed:
        words = list(map(str, allowed))
        expected = f"{what}: {', '.join(words)}" if len(words) < SHORT else what
        source.fault(path, word, expected, nearest(str(word), words), "unknown_name")


def names(source: Source, text: Text) -> None:
    """Sources, assumptions and dimensions that are named exist."""
    assumed = text["assumptions"]
    for path, value in walked(text):
        if isinstance(value.get("source"), str):
            known(source, (*path, "source"), value["source"], text["sources"], "one of sources")
    known(source, ("years_paid",), text["years_paid"], assumed, "one of assumptions")
    for at, rule in enumerate(text.get("seed") or ()):
        if "times" in rule:
            known(source, ("seed", at, "times"), rule["times"], assumed, "one of assumptions")
    for at, career in enumerate(text["careers"]):
        for turn, work in enumerate(career["work"]):
            path = ("careers", at, "work", turn)
            known(source, (*path, "share"), work["share"], assumed, "one of assumptions")
            for key in ("percent", "amount"):
                if key in work["earnings"]:
                    here = (*path, "earnings", key)
                    known(source, here, work["earnings"][key], assumed, "one of assumptions")


def places(source: Source, text: Text) -> None:
    """Words of dimensions, in a `where`, a margin, a band or a stock; sex is female and male."""
    dimensions = text["dimensions"]
    for name, words in dimensions.items():
        if len({*words}) < len(words) or not all(isinstance(word, str) for word in words):
            source.fault(("dimensions", name), Raw("a word twice"), "different words, as text")
    if not {*dimensions.get("sex", SEXES)} <= {*SEXES}:
        source.fault(("dimensions", "sex"), Raw("other words"), ", ".join(SEXES))
    for path, value in walked(text):
        if path and path[-1] == "where":
            for name, wanted in value.items():
                known(source, (*path, name), name, dimensions, "one of dimensions")
                for word in wanted if isinstance(wanted, list) else [wanted]:
                    if name in dimensions:
                        known(source, (*path, name), word, dimensions[name], name)
    for name, bands in text.get("moved", {}).items():
        known(source, ("moved", name), name, dimensions, "one of dimensions")
        for word, (low, high) in bands.items():
            known(source, ("moved", name, word), word, dimensions.get(name, ()), name)
            if low > high:
                source.fault(("moved", name, word), Raw(f"{low} to {high}"), "ages that ascend")
    if len(text.get("moved", {})) > 1:
        source.fault(("moved",), Raw("several dimensions"), "one dimension that tells the move")
    if "stock" in text["calibration"]:
        stock = text["calibration"]["stock"]
        path = ("calibration", "stock")
        known(source, (*path, "of"), stock["of"], dimensions, "one of dimensions")
        same(source, (*path, "years"), stock["years"], dimensions.get(stock["of"], ()))
    for at, margin in enumerate(text["margins"]):
        margin_words(source, text, at, margin)


def same(source: Source, path: Path_, given: Any, words: Any) -> bool:
    """A mapping with exactly the words of a dimension as its keys."""
    keys = list(given) if isinstance(given, Mapping) else []
    if {*keys} == {*words}:
        return True
    found = ", ".join(map(str, keys)) if keys else "no mapping of words"
    source.fault(path, Raw(found), f"exactly: {', '.join(words)}", code="words")
    return False


def margin_words(source: Source, text: Text, at: int, margin: Text) -> None:
    """One or two dimensions, each word once, a number or an assumption or one rest."""
    given = margin["of"] if isinstance(margin["of"], list) else [margin["of"]]
    path: Path_ = ("margins", at)
    if len(given) > 2 or len({*given}) < len(given):
        source.fault((*path, "of"), Raw(", ".join(given)), "one dimension, or two different ones")
        return
    for name in given:
        known(source, (*path, "of"), name, text["dimensions"], "one of dimensions")
    if not {*given} <= {*text["dimensions"]}:
        return
    key = "shares" if "shares" in margin else "counts"
    words = [text["dimensions"][name] for name in given]
    good = same(source, (*path, key), margin[key], words[0])
    if len(given) == 2 and good:
        rows = [same(source, (*path, key, w), margin[key][w], words[1]) for w in words[0]]
        good = all(rows)
    if not good:
        return
    found = [value for _, value in cells_of(text, margin)]
    for value in found:
        if isinstance(value, Mapping):
            source.fault((*path, key), Raw("words below words"), "a margin of two dimensions")
        elif isinstance(value, str) and not value[:1].isdigit() and value != REST:
            known(source, (*path, key), value, text["assumptions"], "a number, rest, or one of")
    most = 1 if key == "shares" else 0
    if found.count(REST) > most:
        source.fault((*path, key), Raw("rest"), "one rest, and only among shares", code="rest")


def schemes(source: Source, text: Text) -> None:
    """Schemes of the countries, earnings in their money, work before the claim."""
    for at, career in enumerate(text["careers"]):
        for turn, work in enumerate(career["work"]):
            path: Path_ = ("careers", at, "work", turn)
            for key in ("from", "until"):
                if work[key] != MOVE and work[key] > career["age"]:
                    expected = f"an age up to the claim ({career['age']})"
                    source.fault((*path, key), work[key], expected, code="range")
            known(source, (*path, "scheme"), work["scheme"], registry.ids(), A_SCHEME)
            if work["scheme"] not in registry.ids():
                continue
            if registry.country_of(work["scheme"]) not in text["countries"]:
                countries = ", ".join(text["countries"])
                source.fault((*path, "scheme"), work["scheme"], f"a scheme of {countries}")
            money(source, (*path, "earnings"), work["scheme"], work["earnings"])
    under = text["calibration"].get("entitled")
    if under:
        path = ("calibration", "entitled")
        known(source, (*path, "scheme"), under["scheme"], registry.ids(), A_SCHEME)
        known(source, (*path, "under"), under["under"], catalogue.paths(), AN_AGREEMENT)


def money(source: Source, path: Path_, scheme: str, earned: Text) -> None:
    """A percentage needs a table of averages, an amount the scheme's one and only currency."""
    if "percent" in earned and level(scheme, "national_average", True) is None:
        found = Raw(f"{scheme} has no table of average earnings")
        source.fault((*path, "percent"), found, "amount, per and currency", code="earnings")
    if "amount" in earned:
        known_money = moneys(scheme)
        if earned["currency"] != known_money[0][0]:
            source.fault((*path, "currency"), earned["currency"], known_money[0][0])
        elif known_money[0][1] != NODATE:
            found = Raw(f"an amount in {scheme}, whose money changed")
            source.fault((*path, "amount"), found, "percent of the national average")


def picks(text: Text) -> Iterator[Pick]:
    """Every way in which figures are taken together: the levels, and each assumption alone."""
    yield from BASE
    for name in text["assumptions"]:
        yield Pick(LEVELS[0], name)
        yield Pick(LEVELS[-1], name)


def figures(source: Source, text: Text) -> None:
    """Low is not above central, central not above high for totals; shares of time and years are in
    their bounds."""
    for when in TOTALS:
        low, central, high = (parse_number(text["total"][when][name]) for name in LEVELS)
        if not low <= central <= high:
            source.fault(("total", when), Raw("figures that descend"), "low <= central <= high")
        if high > 10**9:
            source.fault(("total", when, "high"), Raw("more"), "at most 1,000,000,000 persons")
    for name, each in text["assumptions"].items():
        for key in LEVELS:
            if (parse_number(each[key]) * 1000).denominator != 1:
                expected = "at most three decimals"
                source.fault(("assumptions", name, key), each[key], expected, code="decimals")
    bounds = {text["years_paid"]: (1, LONGEST, "whole years from 1 to 60")}
    for career in text["careers"]:
        for work in career["work"]:
            bounds[work["share"]] = (0, int(WHOLE), "a share of the time from 0 to 100")
    for name, (least, most, expected) in bounds.items():
        for key in LEVELS:
            value = parse_number(text["assumptions"][name][key])
            whole = name != text["years_paid"] or value.denominator == 1
            if not least <= value <= most or not whole:
                source.fault(("assumptions", name, key), text["assumptions"][name][key], expected)


def margins(source: Source, text: Text) -> None:
    """Each dimension has a margin; shares are whole; counts have one total; nothing contradicts."""
    if size(text) > min(CELLS, FINE):
        source.fault(("dimensions",), Raw(f"{size(text):,} cells"), f"at most {CELLS:,}")
        return
    axes = {axis for margin in text["margins"] for axis in axes_of(text, margin)}
    for axis, name in enumerate(text["dimensions"]):
        if axis not in axes:
            source.fault(
                ("dimensions", name), Raw("a dimension without a margin"), "a margin of it"
            )
    ring(source, text)
    told: set[tuple[int, str]] = set()
    for pick in picks(text):
        given, good = [], True
        for at, margin in enumerate(text["margins"]):
            try:
                given.append(shares(text, pick, margin))
            except ValueError as error:
                good = False
                if (at, "sum") not in told:
                    told.add((at, "sum"))
                    expected = "shares that sum to 100, counts of somebody"
                    source.fault(("margins", at), Raw(str(error)), expected, code="sum")
        for earlier, later in contradictions(given) if good else ():
            if (later, "against") not in told:
                told.add((later, "against"))
                found = Raw(f"other shares than margins[{earlier}] for the dimension both have")
                expected = "margins that agree where they meet"
                source.fault(("margins", later), found, expected, code="contradiction")
        if good and pick in BASE:
            totals(source, text, pick, told)


def ring(source: Source, text: Text) -> None:
    """Margins of two dimensions join dimensions to a tree: round a ring of them whole thousandths
    cannot always agree, and nobody publishes such tables of one count."""
    group = list(range(len(text["dimensions"])))
    for at, margin in enumerate(text["margins"]):
        axes = axes_of(text, margin)
        if len(axes) == 2:
            one, other = group[axes[0]], group[axes[1]]
            if one == other:
                found = Raw("dimensions that other margins of two already join")
                expected = "margins without a ring (give one of them as odds in the seed)"
                source.fault(("margins", at, "of"), found, expected, code="ring")
            group = [one if each == other else each for each in group]


def totals(source: Source, text: Text, pick: Pick, told: set[tuple[int, str]]) -> None:
    """Counts of all margins sum to the same."""
    found = [
        (at, sum(number(text, pick, value) for _, value in cells_of(text, margin)))
        for at, margin in enumerate(text["margins"])
        if "counts" in margin
    ]
    for at, whole in found[1:]:
        if whole != found[0][1] and (at, "total") not in told:
            told.add((at, "total"))
            expected = f"the total of margins[{found[0][0]}] ({found[0][1]}), or shares"
            source.fault(("margins", at), Raw(f"a total of {whole}"), expected, code="total")


def covered(source: Source, text: Text) -> None:
    """Every cell has one career, or is left out with a reason; a move has its age."""
    times = np.zeros([len(words) for words in text["dimensions"].values()], np.int64)
    for career in text["careers"]:
        times += where(text, career["where"])
    out = left_out(text)
    for what, cells in (
        ("no career and no reason to be left out", (times == 0) & ~out),
        ("several careers", times > 1),
        ("a career, and is left out", (times > 0) & out),
    ):
        if cells.any():
            cell = np.argwhere(cells)[0].tolist()
            words = zip(text["dimensions"].items(), cell, strict=True)
            found = " and ".join(f"{name} {each[at]}" for (name, each), at in words)
            source.fault(("careers",), Raw(f"{found}: {what}"), "one career for each cell")
    source.check()
    for at, career in enumerate(text["careers"]):
        for turn, work in enumerate(career["work"]):
            if MOVE in (work["from"], work["until"]):
                here = where(text, career["where"]) & where(text, work.get("where", {})) & ~out
                moving(source, text, here, ("careers", at, "work", turn))


def moving(source: Source, text: Text, here: Any, path: Path_) -> None:
    """Everybody of these cells has an age at the move."""
    told = np.zeros_like(here)
    for name, bands in text.get("moved", {}).items():
        told |= where(text, {name: list(bands)})
    if (here & ~told).any():
        source.fault(path, Raw("a move at no age"), "a band in `moved` for each of these words")
