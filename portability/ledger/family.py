"""Members of the family: each one's part of case and answer is sealed under a key of their own.

One determination is one entry, but a child's data can be erased without the parent's, and the
copy a widow asks for holds her own part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]
PREFIX = "claimant_"


def split(case: Json, determination: Json) -> dict[str, Json]:
    """The documents of an entry: `case`, `determination`, and `claimant_0` … for the family.

    In the first two a member is replaced by {"sealed": name}; a line of the answer that is about
    a member by {"sealed": name, "line": its place in the member's document}.
    """
    family = case.get("family")
    if not isinstance(family, list) or not family:
        return {"case": case, "determination": determination}
    parts: dict[str, Json] = {
        f"{PREFIX}{number}": {"case": member, "lines": []} for number, member in enumerate(family)
    }
    lines = []
    for line in determination.get("entitlements", []):
        part = parts.get(name_of(line))
        if part is None:
            lines.append(line)
        else:
            lines.append({"sealed": name_of(line), "line": len(part["lines"])})
            part["lines"].append(line)
    return {
        "case": {**case, "family": [{"sealed": name} for name in parts]},
        "determination": {**determination, "entitlements": lines},
        **parts,
    }


def join(documents: Mapping[str, Any]) -> dict[str, Any]:
    """What `split` took apart, put together again; where a member's part is absent (erased), the
    place stays {"sealed": name}."""
    whole = {name: part for name, part in documents.items() if not name.startswith(PREFIX)}
    case, answer = whole.get("case"), whole.get("determination")
    if isinstance(case, dict) and isinstance(case.get("family"), list):
        family = [member(documents, item) for item in case["family"]]
        whole["case"] = {**case, "family": family}
    if isinstance(answer, dict) and isinstance(answer.get("entitlements"), list):
        lines = [member(documents, item) for item in answer["entitlements"]]
        whole["determination"] = {**answer, "entitlements": lines}
    return whole


def member(documents: Mapping[str, Any], item: Any) -> Any:
    """The part a placeholder stands for."""
    part = documents.get(item["sealed"]) if isinstance(item, dict) and "sealed" in item else None
    if part is None:
        return item
    return part["lines"][item["line"]] if "line" in item else part["case"]


def name_of(line: Any) -> str:
    """The document a line of the answer belongs to; empty for the insured person's own."""
    number = (line.get("claimant") or {}).get("number") if isinstance(line, dict) else None
    return f"{PREFIX}{number}" if isinstance(number, int) else ""


def owners(sealed: Iterable[str], reference: str | None) -> dict[str, str | None]:
    """Whose the documents are: the members of file R-1 are known as R-1/claimant_0 and so on."""
    return {
        name: None if reference is None else f"{reference}/{name}"
        for name in sealed
        if name.startswith(PREFIX)
    }
