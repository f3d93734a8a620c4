"""Between which states the careers are laid, in every text: who is home and who is the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

from attrs import frozen

from portability.agreement import Agreement
from portability.compare import sides
from portability.compare.faults import people
from portability.compare.faults.model import table
from portability.compare.weighing import Text
from portability.compare.women.careers import record_of
from portability.errors import Fault, InputError
from portability.registry import country_of

Json = dict[str, Any]
Pair = tuple[str, str]


@frozen
class Corridor:
    """Home and host by the names of the first text, and who they are in each text (None: the text
    does not bind both)."""

    home: str
    host: str
    pairs: Mapping[str, Pair | None]

    @property
    def id(self) -> str:
        return f"{self.home}-{self.host}"

    def told(self) -> Json:
        """The states of every text, and the schemes in which the careers stand."""
        return {
            "id": self.id,
            "home": self.home,
            "host": self.host,
            "texts": {
                name: None if pair is None else {"home": pair[0], "host": pair[1]}
                for name, pair in self.pairs.items()
            },
            "schemes": sorted(
                {s for p in self.pairs.values() if p for c in p for s in record_of(c)}
            ),
        }


def corridors(texts: Sequence[Text]) -> list[Corridor]:
    """Both directions between the two states that the texts are laid across. Raises InputError
    where there are no two with schemes held here."""
    found = [text.agreement for text in texts if text.agreement is not None]
    first = base(found)
    across = mapped(found)
    made = []
    for home, host in permutations(first):
        pairs: dict[str, Pair | None] = {}
        for text, agreement, names in zip(texts, found, across, strict=True):
            own = (names.get(home, home), names.get(host, host))
            bound = agreement.any_party or set(own) <= set(agreement.countries())
            pairs[text.name] = own if bound else None
        made.append(Corridor(home, host, pairs))
    return made


def mapped(found: Sequence[Agreement]) -> list[dict[str, str]]:
    """Per text: states of the first text -> those that stand across from them."""
    return [
        {mine: word for word, mine in names.items() if "-" not in word}
        for names in sides.of(list(found)).names
    ]


def base(found: Sequence[Agreement]) -> Pair:
    """The two states of the first text between two; else two that all texts bind; of models
    alone, the states of `any_parties`. Only states with a scheme here."""
    named = [text for text in found if not text.any_party]
    bilateral = [text for text in named if len(text.countries()) == 2]
    if bilateral:
        states = bilateral[0].countries()
    elif named:
        common = set(named[0].countries()).intersection(*(t.countries() for t in named))
        states = tuple(c for c in named[0].countries() if c in common)
    else:
        states = tuple(country_of(scheme) for scheme in table("assumed.yaml")["any_parties"])
    with_scheme = [c for c in states if people.schemes_held(c)]
    if len(with_scheme) < 2:
        name = found[0].id if found else "texts"
        expected = "two states whose schemes are held here (`portability schemes list`)"
        raise InputError(
            [
                Fault(
                    f"{name}:1:1", "parties", ", ".join(states) or "none", expected, "", "no_scheme"
                )
            ]
        )
    known = (
        sorted(with_scheme, key=lambda c: people.held(record_of(c)[0])) if len(states) > 2 else []
    )
    return (known or with_scheme)[0], (known or with_scheme)[1]
