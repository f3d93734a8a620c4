"""Official worked examples (portability/example@1): load, run, compare every figure they print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from portability import case as case_module
from portability import example_parts
from portability.answer import answer
from portability.comparing import Checked, Difference, compare
from portability.errors import Fault, InputError
from portability.example_shape import check_form
from portability.reader import Reader
from portability.yamlsource import Path_, Source, read

Json = dict[str, Any]
AgreementsOf = Callable[[Any], Sequence[Any]]


def files(places: Iterable[str | Path]) -> list[Path]:
    """Example files of folders and files, sorted. Raises InputError where a place does not
    exist or holds none: a check of nothing must not look like one that agrees."""
    found: list[Path] = []
    for place in map(Path, places):
        inside = [*place.rglob("*.yaml"), *place.rglob("*.yml")] if place.is_dir() else [place]
        if not inside or not place.exists():
            what = "an empty folder" if place.is_dir() else "nothing there"
            wanted = "a file or folder of worked examples"
            raise InputError([Fault(f"{place}:1:1", "(file)", what, wanted)])
        found += sorted(inside)
    return found


def check(path: Path, agreements: AgreementsOf) -> list[Checked]:
    """Run every example of a file. Raises InputError with every fault of its form."""
    return [checked(source, agreements) for source in read(path)]


def checked(source: Source, agreements: AgreementsOf) -> Checked:
    top = Reader(source)
    check_form(top)
    source.check()
    made = Checked(str(top.get("id") or Path(source.name).stem), top.text("title"))
    if top.get("out_of_scope"):
        made.skipped = top.text("out_of_scope")
        return made
    if top.get("expect_error") is not None:
        expect_error(top, made)
    elif top.get("conversion") is not None:
        example_parts.conversion(top, made)
    elif top.get("legislation") is not None:
        example_parts.legislation(top, made)
    else:
        run_cases(top, made, agreements)
    source.check()
    if made.figures == 0 and not made.differences:
        made.differences.append(
            Difference("expect", "at least one figure", "none: this example checks nothing")
        )
    return made


def case_places(top: Reader) -> dict[str, Path_]:
    """Name -> place of every case of the example ("" for a single one)."""
    if top.get("cases") is not None:
        return {str(name): ("cases", name) for name in top.get("cases")}
    return {"": ("case",)}


def run_cases(top: Reader, made: Checked, agreements: AgreementsOf) -> None:
    places = case_places(top)
    answers = {name: answered(top.source, place, agreements) for name, place in places.items()}
    expect = top.get("expect")
    if top.get("cases") is not None:
        expect = {str(name): wanted for name, wanted in (expect or {}).items()}
    for name, document in answers.items():
        wanted = expect if name == "" else expect.get(name)
        if wanted is not None:
            compare(name, wanted, document, made)
    if top.get("compare") is not None:
        example_parts.comparison(top, answers, made)


def answered(source: Source, place: Path_, agreements: AgreementsOf) -> Json:
    made = case_module.load(source, place)
    return answer(made, agreements(made), ahead=False)


def expect_error(top: Reader, made: Checked) -> None:
    """The case must be refused, with this code (and, if given, this path)."""
    wanted = top.get("expect_error")
    code, path = (wanted, None) if isinstance(wanted, str) else (wanted["code"], wanted.get("path"))
    made.figures += 1
    probe = Source(top.source.name, top.source.data, top.source.positions)
    try:
        case_module.load(probe, ("case",))
    except InputError as error:
        hits = [
            f
            for f in error.faults
            if f.code == code and (path is None or f.path.endswith(str(path)))
        ]
        if not hits:
            made.differences.append(
                Difference("expect_error", str(wanted), "; ".join(map(str, error.faults)))
            )
        return
    made.differences.append(Difference("expect_error", str(wanted), "no fault"))
