"""Difficulties women face: what texts and both national laws do for interrupted careers.

    texts = weighing.texts(["us-de", "us-fr"], goes_on=False)
    found = women.report(texts)
    for grid in women.grids(found):
        print(grid.title, grid.rows)

Three layers, each with its articles: what every text says (`wording`), what the national laws of
its states do for the same situations (`laws`), and what happens to matched careers (same person,
same work, with and without the interruption) under every text and under none (`careers`, `paying`),
clause by clause (`clausewise`). Given people, the same is told for women and men apart (`crowd`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portability.compare.peopled import People
from portability.compare.weighing import Text
from portability.compare.women import clausewise, crowd, laws, paying, wording
from portability.compare.women.careers import careers as matched
from portability.compare.women.careers import head
from portability.compare.women.corridor import corridors
from portability.compare.women.told import grids

__all__ = ["SCHEMA", "grids", "report"]

Json = dict[str, Any]
SCHEMA = "portability/women@1"


def report(texts: Sequence[Text], people: People | None = None, impact: Json | None = None) -> Json:
    """Everything about the texts, as plain data (portability/women@1, docs/compare.md).

    texts   the world without, then each text, as `weighing.texts` gives them
    people  members with weights: the clauses are then weighed on women and men apart
    impact  what `impact.of` found on the same people; computed where it is not given

    Raises InputError where a text binds no two states whose schemes are held here.
    """
    compared = [text for text in texts if text.agreement is not None]
    found = corridors(compared)
    measured = paying.measured(texts, found)
    return {
        "schema": SCHEMA,
        "texts": [wording.head(text) for text in compared],
        "corridors": [corridor.told() for corridor in found],
        "wording": wording.report(compared),
        "laws": laws.report(compared, found),
        "careers": [career.told() for career in matched()],
        "assumed": head(),
        "parameters_continued": texts[0].law.goes_on,
        "measured": measured,
        "interruptions": paying.interruptions(measured),
        "clauses": clausewise.report(compared, found, measured),
        "people": None if people is None else crowd.report(texts, found, people, impact),
    }
