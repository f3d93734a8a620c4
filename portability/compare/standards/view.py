"""An agreement as the checks read it: clauses by field, branches in scope, rules by branch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from attrs import define, field, frozen

from portability import registry
from portability.agreement import Absent, Agreement, Rule
from portability.agreement_blocks import many
from portability.cohort import BRANCHES
from portability.compare import clauses
from portability.compare.clause import Clause, places
from portability.compare.ruled import EVERY, country_of
from portability.compare.standards.finding import Finding, Place
from portability.dates import FOREVER

Raw = Mapping[str, Any]


@frozen
class Block:
    """A block of the text: `raw` is what the file holds; `absent` why it holds nothing (None with
    raw None: the file does not mention it)."""

    field: str
    raw: Any
    absent: Absent | None
    places: tuple[Place, ...]

    @property
    def there(self) -> bool:
        return self.raw is not None and self.absent is None

    @property
    def row(self) -> Raw:
        """The block as a mapping; empty if it is none."""
        return self.raw if isinstance(self.raw, Mapping) else {}


@frozen
class Ruled:
    """One rule as one scheme has it in one branch."""

    scheme: str
    country: str
    branch: str
    rule: Rule

    def place(self, part: str, *cites: Any) -> tuple[Place, ...]:
        """Where a part of the rule stands: its own article, else the rule's."""
        stated = [cite for cite in cites if cite.article] or [self.rule.cite]
        return tuple(Place(f"{self.rule.path}.{part}", c.article, c.url) for c in stated)


@define
class View:
    """One agreement under examination. so_far: findings on earlier items, by id."""

    agreement: Agreement
    so_far: dict[str, Finding] = field(factory=dict)

    @cached_property
    def clauses(self) -> Mapping[str, tuple[Clause, ...]]:
        """Clauses of the text as a whole by part (`legislation.posting`)."""
        out: dict[str, tuple[Clause, ...]] = {}
        for clause in clauses.of(self.agreement, ()):
            out[clause.part] = (*out.get(clause.part, ()), clause)
        return out

    def block(self, part: str) -> Block:
        """A block by its field; a chapter that is absent as a whole makes its blocks absent."""
        found = self.clauses.get(part, ())
        if not found and "." in part:
            above = self.block(part.rpartition(".")[0])
            return Block(part, None, above.absent, above.places)
        stands = tuple(
            Place(c.path or part, cite.article, cite.url) for c in found for cite in c.cites
        )
        if part == "persons":  # a scope of one party alone stands beside, not instead
            found = tuple(c for c in found if c.party is None)
        raws = [c.raw for c in found if c.absent is None]
        why = found[0].absent if found and not raws else None
        raw = None if not raws else raws[0] if len(raws) == 1 else raws
        return Block(part, raw, why, tuple(dict.fromkeys(stands)))

    def wording(self, part: str) -> str:
        """All that a block says in words of its own (rule, exceptions, notes …); `rules.note`: the
        notes of the rules."""
        if part == "rules.note":
            return " · ".join(dict.fromkeys(row.rule.note for row in self.ruled if row.rule.note))
        return " · ".join(texts(self.block(part).raw))

    def words(self, part: str) -> str:
        """The same in small letters."""
        return self.wording(part).lower()

    # --- branches and rules

    @cached_property
    def scope(self) -> tuple[str, ...]:
        """Branches the text covers: those it lists, else those its rules name. May be empty."""
        stated = many(self.agreement.raw.get("branches"))
        if stated is not None:
            return tuple(branch for branch in BRANCHES if branch in stated)
        named = {branch for row in self.ruled for branch in row.rule.branches or ()}
        return tuple(branch for branch in BRANCHES if branch in named)

    @property
    def scope_known(self) -> bool:
        """Do we know which branches the text covers?"""
        return bool(self.scope) or (self.agreement.coverage_only and not self.agreement.exclusive)

    @cached_property
    def ruled(self) -> tuple[Ruled, ...]:
        """Every rule of every scheme and branch, as the engine would try them. Rules for a special
        case (a record, a nationality, claims of the past) are left out where a general one
        stands."""
        out: list[Ruled] = []
        for scheme in clauses.schemes_of(self.agreement):
            country = country_of(scheme)
            for branch in clauses.branches_of(self.agreement, scheme):
                rules = self.agreement.rules_for(scheme, country, branch)
                general = [rule for rule in rules if not special(rule)]
                out += [Ruled(scheme, country, branch, rule) for rule in general or rules]
        held = {row.branch for row in out}
        for branch in BRANCHES:  # defaults hold for schemes whose files we do not have
            for rule in () if branch in held else self.agreement.rules_for(EVERY, "", branch):
                out.append(Ruled(EVERY, "", branch, rule))
        return tuple(out)

    @property
    def for_all(self) -> bool:
        """Do defaults give every scheme of every party a rule?"""
        return bool(self.agreement.layers.defaults)

    def rules(self, branch: str) -> tuple[Ruled, ...]:
        return tuple(row for row in self.ruled if row.branch == branch)

    # --- parties

    @property
    def parties(self) -> tuple[str, ...]:
        return self.agreement.countries()

    def schemes(self, country: str) -> tuple[str, ...]:
        """Schemes of a party whose files we hold."""
        return tuple(s for s in registry.ids() if registry.country_of(s) == country)

    def mentioned(self, country: str) -> tuple[str, ...]:
        """Schemes of a party that the rules serve or count."""
        found = [row.scheme for row in self.ruled if row.country == country]
        for row in self.ruled:
            for count in row.rule.counts:
                if not isinstance(count.schemes, str):
                    found += [s for s in count.schemes if registry.country_of(s) == country]
        return tuple(dict.fromkeys(found))


def title(part: str) -> str:
    """What a field is called for people: "several benefits at once"."""
    known = places().get(part)
    if known is None:
        return "remarks on the rules" if part == "rules.note" else part
    name = known[2].parts[part]
    return name[0].lower() + name[1:]


def special(rule: Rule) -> bool:
    """Is this rule for a special record or nationality, or for claims of the past alone?"""
    return rule.record is not None or rule.nationalities is not None or rule.end != FOREVER


def texts(value: Any) -> list[str]:
    """Every text in a block but its citations and addresses."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [
            t
            for key, item in value.items()
            if key not in ("cite", "url", "source")
            for t in texts(item)
        ]
    if isinstance(value, list | tuple):
        return [t for item in value for t in texts(item)]
    return []
