"""The blocks of an agreement as clauses: everything but the rules of its schemes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve

from portability.agreement import Agreement, Cite, absence
from portability.agreement_blocks import many
from portability.agreement_build import references
from portability.compare import meaning, said
from portability.compare.clause import Clause, places
from portability.dates import FOREVER, NODATE

Raw = Mapping[str, Any]
# Not blocks of their own: a chapter, and what is laid out scheme by scheme.
DATES = ("signed", "in_force")
MANY = 5  # parties beyond these are listed by their codes, however the file groups them
LATER = ("legislation", "third_states", "choose", "defaults", "annex")


class Reader:
    """Reads one agreement into clauses."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement, self.raw = agreement, agreement.raw
        self.context = references(self.raw)

    def cites(self, *values: Any) -> tuple[Cite, ...]:
        """Citations of the values that have one; a clause without an article has none."""
        stated = [self.context.cite(value) for value in values if value is not None]
        return tuple(dict.fromkeys(stated))

    def clause(self, part: str, form: meaning.Form, text: str, raw: Any, **more: Any) -> Clause:
        """A clause under the heading of its part; what is said about the file is no law."""
        known = part if part in places() else part.rpartition(".")[0]
        _, _, heading = places()[known]
        component = part[len(known) + 1 :]
        title = heading.parts[known] + (f": {component.replace('_', ' ')}" if component else "")
        law = heading.id != "file"
        more = {"wording": wording(raw), "note": note(raw), "path": part, "law": law, **more}
        return Clause(heading.id, part, title, form, text, raw=raw, **more)

    # --- the text as a whole

    def blocks(self) -> Iterator[Clause]:
        """Every key of the file that is no rule and no chapter on legislation."""
        special: Mapping[str, Callable[[Any], Iterable[Clause]]] = {
            "parties": self.parties,
            "persons": self.persons,
            "benefits": self.benefits,
            "rules": self.part,
            "conversions": self.conversions,
        }
        for key, value in self.raw.items():
            if key in LATER:
                continue
            yield from special[key](value) if key in special else [self.block(key, value)]
        if "rules" not in self.raw:
            yield from self.part(None)

    def block(self, key: str, value: Any, **more: Any) -> Clause:
        cite = value.get("cite") if isinstance(value, Mapping) else None
        rows = value if isinstance(value, list) else ()
        inner = [row.get("cite") for row in rows if isinstance(row, Mapping)]
        form, text = meaning.of_raw(value), said.raw(value)
        if key in DATES and value == "none":
            text = "none"  # a day that does not exist; no text excludes it
        return self.clause(key, form, text, value, cites=self.cites(cite, *inner), **more)

    def parties(self, value: Any) -> Iterator[Clause]:
        """The states bound and the days on which they join and leave."""
        spans = self.agreement.parties
        if self.agreement.any_party:
            yield self.clause("parties", "any", "any states", value, cites=self.cites(None))
            return
        form = meaning.any_order(
            meaning.mapped(
                [("country", p.country), *((k, d) for k, d in ends(p.start, p.end).items())]
            )
            for p in spans
        )
        shown = spans if len(spans) < MANY else sorted(spans, key=lambda p: (p.country, p.start))
        text = said.listed(f"{p.country} {said.days(p.start, p.end)}".strip() for p in shown)
        rows = [row.get("cite") for row in value if isinstance(row, Mapping)]
        yield self.clause("parties", form, text, value, cites=self.cites(*rows))

    def persons(self, value: Any) -> Iterator[Clause]:
        """The personal scope, and that of one party where it has its own."""
        if not isinstance(value, Mapping):
            yield self.block("persons", value)
            return
        for party, scope in [(None, value), *value.get("by_country", {}).items()]:
            row = {k: v for k, v in scope.items() if k != "by_country"}
            kept = self.agreement.persons if party is None else self.agreement.persons.of(party)
            # Nationals "of the parties" are the nationals of these parties: as the engine asks.
            if row["kind"] == "nationals" and kept.nationals_of:
                row["of"] = list(kept.nationals_of)
            path = "persons" if party is None else f"persons.by_country.{party}"
            clause = self.block("persons", row, party=party)
            yield evolve(clause, path=path, raw=scope)

    def benefits(self, value: Any) -> Iterator[Clause]:
        """The laws and benefits in scope, party by party."""
        if not isinstance(value, Mapping):
            yield self.block("benefits", value)
            return
        for party, listed in value.items():
            clause = self.block("benefits", listed, party=party)
            yield evolve(clause, path=f"benefits.{party}")

    def part(self, value: Any) -> Iterator[Clause]:
        """Is there a benefits part, and if not, why."""
        absent = self.agreement.absent
        form: meaning.Form = "regulated" if absent is None else absent
        text = "regulated, scheme by scheme" if absent is None else said.word(absent)
        shown = value if isinstance(value, str) else None
        yield self.clause("rules", form, text, shown, cites=self.cites(None))

    def conversions(self, value: Any) -> Iterator[Clause]:
        """Tables of equivalence; what the file calls them is no law."""
        tables = self.agreement.conversions
        form = meaning.any_order(meaning.of_model(table) for table in tables.values())
        text = said.joined(said.conversion(table) for table in tables.values())
        cites = self.cites(*(table.get("cite") for table in value.values()))
        yield self.clause("conversions", form, text, value, cites=cites)

    def legislation(self) -> Iterator[Clause]:
        """The chapter on the applicable legislation, provision by provision."""
        value = self.raw.get("legislation")
        if not isinstance(value, Mapping):
            if value is not None:
                yield self.block("legislation", value)
            return
        for key, row in value.items():
            if key in ("cite", "note"):
                continue
            rows = many(row) or ()
            own = [r.get("cite") for r in rows if isinstance(r, Mapping) and r.get("cite")]
            yield self.clause(
                f"legislation.{key}",
                meaning.of_raw(row),
                said.raw(row),
                row,
                # Of what was not seen, no article is to be had.
                cites=() if row == "unknown" else self.cites(*(own or [value.get("cite")])),
            )

    def undivided(self) -> Iterator[Clause]:
        """What the text says once and every rule takes over that does not say its own."""
        third, choose = self.agreement.third_states, self.raw.get("choose")
        raw = self.raw.get("third_states")
        if third is not None:
            form, text = meaning.of_model(third), said.third(third)
            yield self.clause("third_states", form, text, raw, value=third, cites=(third.cite,))
        elif (word := absence(raw)) is not None:
            cites = self.cites(raw.get("cite")) if isinstance(raw, Mapping) else ()
            yield self.clause("third_states", word, said.raw(word.value), raw, cites=cites)
        if choose is not None:
            choice, cites = self.agreement.choose, self.cites(choose.get("cite"))
            form, text = meaning.of_model(choice), said.choose(choice)
            yield self.clause("choose", form, text, choose, value=choice, cites=cites)


def ends(start: int, end: int) -> dict[str, int]:
    """The days of a span that are stated."""
    return {
        **({"start": start} if start != NODATE else {}),
        **({"end": end} if end != FOREVER else {}),
    }


def wording(raw: Any) -> str:
    """The words that the file has from the text: its rule and quotation."""
    if isinstance(raw, list):
        return " … ".join(part for part in map(wording, raw) if part)
    if not isinstance(raw, Mapping):
        return ""
    cite = raw.get("cite")
    quote = cite.get("quote", "") if isinstance(cite, Mapping) else ""
    parts = [str(raw.get("rule", "")), str(quote)]
    return " … ".join(" ".join(part.split()) for part in parts if part)


def note(raw: Any) -> str:
    """Remarks of the file beside a block."""
    if isinstance(raw, list):
        return " ".join(part for part in map(note, raw) if part)
    return " ".join(str(raw.get("note", "")).split()) if isinstance(raw, Mapping) else ""
