"""Which state and which scheme of one text stand across from which of another.

A state that both texts bind stands across from itself. Where each has one state left over (us-de
and us-fr), these are the partners and stand across from each other, and so do their schemes. What
has no plain counterpart is told, and can be named: `--match de-grv=fr-cnav`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from portability import registry
from portability.agreement import Agreement
from portability.compare import clauses
from portability.errors import Fault, InputError, nearest

FEW = 4  # a text with more parties lays out only the schemes that have a counterpart, or are asked


@frozen
class Sides:
    """names    per text: its states and schemes -> those of the first text they stand across from
    schemes     per text: the schemes whose rules are laid out
    told        sentences that say who stands across from whom
    """

    names: tuple[Mapping[str, str], ...]
    schemes: tuple[tuple[str, ...], ...]
    told: tuple[str, ...]


def of(
    texts: Sequence[Agreement],
    matches: Sequence[Sequence[str]] = (),
    asked: Iterable[str] = (),
) -> Sides:
    """Lay the texts across from the first one that names its parties.

    matches: words that stand across from one another, one of each text ("DE", "FR"); asked: schemes
    laid out in any case. Raises InputError for a state or scheme that no text has.
    """
    check(texts, matches)
    named = [text for text in texts if not text.any_party]
    first = named[0] if named else texts[0]
    base = clauses.schemes_of(first)
    found = [across(first, base, text, matches) for text in texts]
    check_used(found, matches)
    told = [sentence for one in found for sentence in one.told]
    bound = [
        {one.names.get(country, country) for country in text.countries()}
        for text, one in zip(texts, found, strict=True)
    ]
    schemes: list[tuple[str, ...]] = []
    for i, (text, one) in enumerate(zip(texts, found, strict=True)):
        others = [states for k, states in enumerate(bound) if k != i and not texts[k].any_party]
        kept, left = laid_out(text, one, others, frozenset(asked))
        schemes.append(kept)
        if left:
            told.append(
                f"{text.id}: parties without a counterpart, whose schemes are left out: "
                f"{', '.join(left)}; name one with --scheme or --match"
            )
    every = every_scheme(named, found, schemes, texts)
    return Sides(
        tuple(one.names for one in found),
        tuple(
            every or (clauses.EVERY,) if text.any_party else own
            for text, own in zip(texts, schemes, strict=True)
        ),
        tuple(told),
    )


def check_used(found: Sequence[Across], matches: Sequence[Sequence[str]]) -> None:
    """Every match pairs a name of the first text with one that only another text has."""
    expected = "a state or scheme of the first text = one of another text that is not in the first"
    faults = [
        Fault("--match:1:1", "match", repr("=".join(row)), expected, code="no_pair")
        for row in matches
        if not any(one.names.get(word) in row for one in found for word in row)
    ]
    if faults:
        raise InputError(faults)


def laid_out(
    text: Agreement, one: Across, others: Sequence[set[str]], asked: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The schemes of a text that are laid out, and the states whose schemes are left out."""
    if text.any_party:
        return (), ()
    own = clauses.schemes_of(text)
    if len(text.countries()) <= FEW or not others:
        return own, ()
    country = {scheme: registry.country_of(scheme) for scheme in own}
    known = {
        state for state in country.values() if any(one.names.get(state, state) in o for o in others)
    }
    kept = tuple(scheme for scheme in own if scheme in asked or country[scheme] in known)
    shown = {country[scheme] for scheme in kept}
    return kept, tuple(sorted({state for state in country.values() if state not in shown}))


def every_scheme(
    named: Sequence[Agreement],
    found: Sequence[Across],
    schemes: Sequence[tuple[str, ...]],
    texts: Sequence[Agreement],
) -> tuple[str, ...]:
    """What a model is laid out for: each scheme of the texts that name their parties, once."""
    return tuple(
        dict.fromkeys(
            one.names.get(scheme, scheme)
            for text, one, own in zip(texts, found, schemes, strict=True)
            if text in named
            for scheme in own
        )
    )


@frozen
class Across:
    """One text across from the first: new names, and what is to be told."""

    names: Mapping[str, str]
    told: tuple[str, ...] = ()


def check(texts: Sequence[Agreement], matches: Sequence[Sequence[str]]) -> None:
    """Every word of a match is a state or scheme of a text."""
    known: set[str] = set()
    for text in texts:
        known |= {*text.countries(), *clauses.schemes_of(text)}
    faults = [
        Fault(
            "--match:1:1",
            "match",
            repr(word),
            "a state or scheme of the texts",
            nearest(word, known),
            "unknown_side",
        )
        for row in matches
        for word in row
        if word not in known
    ]
    if faults:
        raise InputError(faults)


def across(
    first: Agreement,
    base: tuple[str, ...],
    text: Agreement,
    matches: Sequence[Sequence[str]],
) -> Across:
    """The states and schemes of one text by the names they have in the first."""
    if text is first or text.any_party or first.any_party:
        return Across({})
    ours, theirs = first.countries(), text.countries()
    names = {
        word: mine
        for row in matches
        for mine in row
        for word in row
        if word != mine
        and mine in (*ours, *base)
        and word in (*theirs, *clauses.schemes_of(text))
        and word not in (*ours, *base)
    }
    left = [c for c in ours if c not in theirs and c not in names.values()]
    right = [c for c in theirs if c not in ours and c not in names]
    told: list[str] = []
    if len(left) == len(right) == 1:
        names[right[0]] = left[0]
    elif left and right and len(ours) <= FEW and len(theirs) <= FEW:
        told.append(
            f"{first.id} and {text.id}: {', '.join(left)} and {', '.join(right)} have no plain "
            "counterpart; name them with --match"
        )
    for word, mine in list(names.items()):
        if word in theirs:
            told.append(f"{word} in {text.id} stands across from {mine} in {first.id}")
            told += paired(first, base, text, mine, word, names)
    return Across(names, tuple(told))


def paired(
    first: Agreement,
    base: tuple[str, ...],
    text: Agreement,
    ours: str,
    theirs: str,
    names: dict[str, str],
) -> list[str]:
    """The schemes of two partners: those that have rules for old age if each has one, then those
    left over if each has one."""
    mine = [s for s in base if registry.country_of(s) == ours and s not in names.values()]
    other = [
        s for s in clauses.schemes_of(text) if registry.country_of(s) == theirs and s not in names
    ]
    for some in (old_age, everything):
        a, b = some(first, mine), some(text, other)
        if len(a) == len(b) == 1:
            names[b[0]] = a[0]
            mine.remove(a[0])
            other.remove(b[0])
    told = [
        f"{b} in {text.id} stands across from {a} in {first.id}"
        for b, a in names.items()
        if len(b) > 2 and registry.country_of(b) == theirs
    ]
    if mine and other:
        told.append(
            f"{', '.join(mine)} ({first.id}) and {', '.join(other)} ({text.id}) have no plain "
            f"counterpart; name one with --match {mine[0]}={other[0]}"
        )
    return told


def old_age(text: Agreement, schemes: Sequence[str]) -> list[str]:
    return [scheme for scheme in schemes if "old_age" in clauses.branches_of(text, scheme)]


def everything(text: Agreement, schemes: Sequence[str]) -> list[str]:
    return list(schemes)
