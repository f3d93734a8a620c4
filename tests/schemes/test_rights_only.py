"""Schemes whose right is held and whose amount is not: ages and periods at their edges."""

from __future__ import annotations

from typing import Any

import pytest
from one_person import ask

OPEN, SHUT, DARK = "entitled", ("not_entitled", "deferred"), "unknown"


@pytest.mark.parametrize(
    ("scheme", "born", "sex", "claim", "sums", "status"),
    [
        # DL 201/2011: 66y7m for women and men in 2018, 67 from 2019; twenty years
        ("it-fpld", "1951-12-01", "male", "2018-07-01", {"weeks": 1040}, OPEN),
        ("it-fpld", "1952-06-01", "male", "2019-01-02", {"weeks": 1040}, DARK),
        ("it-fpld", "1952-01-02", "female", "2019-01-02", {"weeks": 1040}, OPEN),
        ("it-fpld", "1951-12-01", "male", "2018-07-01", {"weeks": 1039}, DARK),
        ("it-fpld", "1950-01-01", "female", "2011-12-31", {"weeks": 1040}, OPEN),
        ("it-fpld", "1950-06-01", "female", "2012-06-01", {"weeks": 1040}, OPEN),
        # Act of 17 December 1998: 60 and 65 since October 2017
        ("pl-zus", "1960-01-01", "female", "2020-01-01", {"months": 1}, OPEN),
        ("pl-zus", "1960-01-02", "female", "2020-01-01", {"months": 1}, SHUT),
        ("pl-zus", "1955-01-01", "male", "2020-01-01", {"months": 1}, OPEN),
        ("pl-zus", "1957-01-01", "female", "2017-09-30", {"months": 1}, DARK),
        ("pl-zus", "1957-01-01", "unspecified", "2020-01-01", {"months": 1}, DARK),
        # Tny.: 65 for births from 1957, fifteen years of 365 days
        ("hu-tny", "1957-01-01", "male", "2022-01-01", {"days": 5475}, OPEN),
        ("hu-tny", "1957-01-01", "male", "2022-01-01", {"days": 5474}, DARK),
        ("hu-tny", "1956-12-31", "male", "2022-01-01", {"days": 5475}, DARK),
        # Law 4387/2016
        ("gr-efka", "1958-01-01", "male", "2025-01-01", {"days": 4500}, OPEN),
        ("gr-efka", "1958-01-01", "male", "2025-01-01", {"days": 4499}, SHUT),
        ("gr-efka", "1954-01-01", "male", "2021-12-31", {"days": 4500}, DARK),
        # Belgium: 65 in 2024, 66 from 2025
        ("be-sfp", "1959-12-31", "male", "2024-12-31", {"days": 312}, OPEN),
        ("be-sfp", "1959-12-31", "male", "2025-01-01", {"days": 312}, DARK),
        ("be-sfp", "1959-01-01", "male", "2025-01-01", {"days": 312}, OPEN),
        # Bulgaria 2026: 62y6m with 36y10m, 64y9m with 39y10m, 67 with fifteen years
        ("bg-noi", "1963-07-01", "female", "2026-01-01", {"months": 442}, OPEN),
        ("bg-noi", "1963-07-01", "male", "2026-01-01", {"months": 478}, DARK),
        ("bg-noi", "1961-04-01", "male", "2026-01-01", {"months": 478}, OPEN),
        ("bg-noi", "1959-01-01", "male", "2026-01-01", {"months": 180}, OPEN),
        # Luxembourg, Code arts. 183, 184
        ("lu-cnap", "1960-01-01", "male", "2025-01-01", {"months": 120}, OPEN),
        ("lu-cnap", "1965-01-01", "male", "2025-01-01", {"months": 480}, OPEN),
        ("lu-cnap", "1965-01-01", "male", "2020-01-01", {"months": 120}, SHUT),
        # Finland: 63y3m for births of 1955, 65 for 1962
        ("fi-tyel", "1955-01-01", "male", "2018-04-01", {"months": 12}, OPEN),
        ("fi-tyel", "1955-01-02", "male", "2018-04-01", {"months": 12}, DARK),
        ("fi-tyel", "1965-01-01", "male", "2030-01-01", {"months": 12}, DARK),
        # Sweden: 63 to 2025, 64 from 2026
        ("se-income", "1962-06-01", "female", "2025-06-01", {"months": 12}, OPEN),
        ("se-income", "1963-01-01", "female", "2026-01-01", {"months": 12}, SHUT),
        ("se-income", "1962-01-01", "female", "2026-01-01", {"months": 12}, OPEN),
        # Algeria: 55 and 60 with fifteen years
        ("dz-cnr", "1965-01-01", "female", "2020-01-01", {"quarters": 60}, OPEN),
        ("dz-cnr", "1960-01-01", "male", "2020-01-01", {"quarters": 60}, OPEN),
        # Romania: men 65 since March 2015; the women's ages were not verified
        ("ro-cnpp", "1955-01-01", "male", "2020-01-01", {"months": 180}, OPEN),
        ("ro-cnpp", "1960-01-01", "female", "2026-01-01", {"months": 400}, DARK),
    ],
)
def test_rights(
    scheme: str, born: str, sex: str, claim: str, sums: dict[str, int], status: Any
) -> None:
    line = ask(scheme, born, claim, [{"credited": sums}], sex=sex)
    assert line["status"] == status or line["status"] in status
    if status == OPEN:
        assert line["payable"] is None and "rule_unknown" in line["why"]


def test_a_certified_amount_is_paid_on_a_held_right() -> None:
    facts = {"independent_amount": 750}
    work = [{"credited": {"weeks": 1100}}]
    assert ask("it-fpld", "1952-01-02", "2019-01-02", work, facts, sex="male")["pays"] == "750.00"


def test_who_was_first_insured_in_italy_from_1996_is_unknown() -> None:
    for start, status in (("1995-12-01", OPEN), ("1996-01-01", DARK)):
        work = [{"start": start, "end": "2018-12-31"}]
        line = ask("it-fpld", "1952-01-02", "2019-01-02", work, sex="male")
        assert line["status"] == status


def test_a_certified_qualifying_period_stands_above_the_ways() -> None:
    work = [{"credited": {"weeks": 780}}]
    line = ask("it-fpld", "1970-01-01", "2019-01-02", work, {"qualifying_period": 1040})
    assert line["status"] in SHUT
    line = ask("it-fpld", "1970-01-01", "2019-01-02", work, {"qualifying_period": 780})
    assert line["status"] == OPEN
