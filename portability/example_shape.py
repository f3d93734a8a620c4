"""The form of a worked example: what may be expected where, checked before anything runs."""

from __future__ import annotations

from portability import registry
from portability.errors import nearest
from portability.reader import Reader, kind_of
from portability.yamlsource import Raw

SCHEMA = "portability/example@1"
KEYS = (
    "schema",
    "id",
    "title",
    "source",
    "legal_date",
    "case",
    "cases",
    "expect",
    "expect_error",
    "conversion",
    "legislation",
    "compare",
    "discrepancies",
    "out_of_scope",
    "note",
    "notes",
    "agreements",
)
SOURCE_KEYS = ("title", "url", "locator", "authority", "seen", "note", "archived")
AUTHORITIES = ("official", "court", "secondary", "derived")
OF_THE_WHOLE = ("estimate", "missing", "warnings", "transfers")  # no scheme: the determination's
WORKS = ("case", "cases", "conversion", "legislation")


def check_form(top: Reader) -> None:
    """Collects every fault of the form; a case itself is checked when it is read."""
    if not top.mapping(KEYS, ("schema", "title", "source")):
        return
    top.choice("schema", (SCHEMA,))
    if top.get("source") is not None:
        at = top.at("source")
        if at.mapping(SOURCE_KEYS, ("title", "authority")) and at.get("authority") is not None:
            at.choice("authority", AUTHORITIES)
    for key in ("id", "title", "out_of_scope"):
        top.text(key)
    check_work(top)
    check_discrepancies(top)


def check_work(top: Reader) -> None:
    given = [key for key in WORKS if top.get(key) is not None]
    if len(given) != 1 and not top.get("out_of_scope"):
        found = Raw(" and ".join(given) or "an example without a case")
        top.fault(None, found, f"exactly one of {', '.join(WORKS)}", code="missing")
    for key in given:
        if not isinstance(top.get(key), dict):
            top.fault(key, kind_of(top.get(key)), "a mapping", code="type")
    if top.get("expect_error") is not None:
        check_refusal(top)
    elif top.get("case") is not None and top.get("expect") is not None:
        check_expected(top.at("expect"))
    elif isinstance(top.get("cases"), dict) and top.get("expect") is not None:
        at = top.at("expect")
        names = [str(name) for name in top.get("cases")]
        if at.mapping(names):
            for name in at.data:
                if at.data[name] is not None:
                    check_expected(at.at(name))


def check_refusal(top: Reader) -> None:
    """expect_error: a code, or {code, path}; the case must then be one."""
    if not isinstance(top.get("expect_error"), str):
        top.at("expect_error").mapping(("code", "path"), ("code",))
    if top.get("case") is None:
        top.fault("expect_error", Raw("a refusal without a case"), "the key 'case'", code="missing")


def check_expected(at: Reader) -> None:
    """`unknown` for all schemes, or the lines by scheme."""
    if at.data == "unknown":
        return
    if not isinstance(at.data, dict):
        at.fault(None, kind_of(at.data), "schemes with their figures, or unknown", code="type")
        return
    for scheme in at.data:
        if scheme in OF_THE_WHOLE:
            continue
        if scheme not in registry.ids():
            hint = nearest(str(scheme), registry.ids())
            at.fault(scheme, scheme, "a known scheme", hint, "unknown_scheme")
        check_line(at.at(scheme))


def check_line(at: Reader) -> None:
    """One scheme's, route's or claimant's figures: a sum, `unknown`, or figures by name."""
    if isinstance(at.data, list):
        at.fault(None, kind_of(at.data), "figures by name", code="type")
    if not isinstance(at.data, dict):
        return
    for key, value in at.data.items():
        if not isinstance(key, str):
            at.fault(key, Raw(f"the key {key}"), "the name of a figure", code="unknown_key")
        elif key in ("alternatives", "claimants"):
            if not isinstance(value, dict):
                words = "by route" if key == "alternatives" else "by number or relation"
                at.fault(key, kind_of(value), f"figures {words}", code="type")
                continue
            for name in value:
                check_line(at.at(key, name))


def check_discrepancies(top: Reader) -> None:
    for item in top.items("discrepancies"):
        item.mapping(("where", "printed", "asserted", "why"), ("where", "why"))
