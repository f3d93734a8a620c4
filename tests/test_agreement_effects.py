"""What single provisions do to a person: the shipped texts through the engine, one effect each.

Amounts, qualifying periods and persons are certified or invented here; the effect is the text's.
"""

from __future__ import annotations

from typing import Any

from portability import case, catalogue
from portability.answer import answer
from portability.yamlsource import Source

Json = dict[str, Any]


def asked(
    periods: list[Json], facts: Json, date: str, branch: str = "old_age", **person: Any
) -> Json:
    """Scheme -> entitlement of a case under the catalogue's agreements."""
    claim: Json = {"branch": branch, "date": date}
    if branch != "old_age":
        claim["event"] = date
    document = {
        "schema": "portability/case@1",
        "person": {"born": "1940-01-15", **person},
        "claim": claim,
        "periods": periods,
        "facts": facts,
    }
    made = case.load(Source("case", document))
    countries = {line["scheme"].split("-")[0].upper() for line in periods}
    found = answer(made, catalogue.agreements(countries=countries), ahead=False)
    return {line["scheme"]: line for line in found["entitlements"] if "claimant" not in line}


def line(scheme: str, start: str, end: str, **more: Any) -> Json:
    return {"scheme": scheme, "start": start, "end": end, **more}


def routes(entitlement: Json) -> dict[str, Json]:
    return {r["route"]: r for r in (entitlement, *entitlement["alternatives"])}


def certified(scheme: str, months: int, amount: int = 1000) -> Json:
    return {scheme: {"qualifying_period": months, "theoretical_amount": amount}}


def test_us_dk_leaves_out_unemployment_and_municipal_sickness() -> None:
    """GN 01748.110: codes 600 and 610 never count."""
    us = [line("us-oasdi", "1980-01-01", "1984-12-31", credited={"quarters": 20})]

    def counted(code: str) -> str:
        danish = line("dk-atp", "1970-01-01", "1974-12-31", code=code)
        found = asked([*us, danish], {}, "2010-01-15", residence="DK")
        return str(routes(found["us-oasdi"])["us-dk"]["periods"]["counted"])

    assert (counted("100"), counted("600"), counted("610")) == ("40", "20", "20")


def test_nl_nz_asks_for_twelve_unbroken_months() -> None:
    """Article 6(1)(c): a continuous period of at least 12 months since the age of 20."""
    dutch = line("nl-aow", "1980-01-01", "1999-12-31", kind="residence")
    facts = certified("nz-super", 120)

    def status(*spans: tuple[str, str]) -> str:
        own = [line("nz-super", a, b, kind="residence") for a, b in spans]
        return str(asked([*own, dutch], facts, "2006-01-15", residence="NL")["nz-super"]["status"])

    assert status(("1965-01-01", "1965-12-31")) == "entitled"
    assert status(("1965-01-01", "1965-09-30"), ("1966-01-01", "1966-09-30")) == "not_entitled"


def test_ca_tr_gives_a_right_whose_amount_is_unknown() -> None:
    """XIII(1)(b) is printed upside down: the right stands, the amount is not guessed."""
    periods = [
        line("tr-sgk", "1975-01-01", "1984-12-31", credited={"days": 3600}),
        line("ca-cpp", "1985-01-01", "1994-12-31", earnings="100000"),
    ]
    found = asked(periods, {"tr-sgk": {"qualifying_period": 5000}}, "2006-01-15", residence="TR")
    assert found["tr-sgk"]["status"] == "entitled" and found["tr-sgk"]["payable"] is None
    assert found["tr-sgk"]["periods"]["counted"] == "7200"  # VIII(3)(a): a year is 360 days


def test_short_swedish_time_is_absorbed_by_the_others() -> None:
    """883/2004 art. 57(2): in the theoretical amount, not in the ratio."""
    periods = [
        line("lt-sodra", "1990-01-01", "1999-12-31"),
        line("ee-ska", "2000-01-01", "2000-11-30"),
        line("pl-zus", "2001-01-01", "2010-12-31"),
    ]
    facts = certified("lt-sodra", 180) | {"ee-ska": {"qualifying_period": 180}}
    found = asked(periods, facts, "2011-01-15", residence="LT", nationalities=["LT"])
    lithuanian = found["lt-sodra"]
    assert lithuanian["periods"]["counted"] == "251"  # 120 + 11 + 120
    assert lithuanian["fraction"] == "120/240"
    assert routes(found["ee-ska"])["eu-883-2004"]["status"] == "not_entitled"


def test_last_state_pays_where_every_state_has_less_than_a_year() -> None:
    """883/2004 art. 57(3): as if all periods were its own."""
    periods = [
        line("lt-sodra", "1990-01-01", "1990-10-31"),
        line("ee-ska", "1991-01-01", "1991-10-31"),
    ]
    facts = certified("lt-sodra", 12) | certified("ee-ska", 12, 300)
    found = asked(periods, facts, "2011-01-15", residence="EE", nationalities=["EE"])
    assert found["lt-sodra"]["status"] == "not_entitled"
    assert (found["ee-ska"]["payable"] or {}).get("amount") == "300.00"


def test_the_regulation_needs_a_nationality_where_third_state_nationals_stay_outside() -> None:
    """Regulation 1231/2010 does not bind Switzerland."""
    periods = [
        line("ch-ahv", "1990-01-01", "1999-12-31"),
        line("lt-sodra", "2000-01-01", "2009-12-31"),
    ]
    facts = certified("lt-sodra", 180)

    def counted(*nationalities: str) -> Json:
        return asked(periods, facts, "2013-01-15", residence="LT", nationalities=[*nationalities])[
            "lt-sodra"
        ]

    assert counted("LT")["route"] == "eu-883-2004"
    assert counted("PH")["status"] == "not_entitled"  # Swiss periods do not count for him
    assert [reason["code"] for reason in counted()["reasons"]] == ["not_stated"]


def test_ca_kr_counts_own_residence_from_1988_only() -> None:
    """8(1)(b)(ii), 9(1): for the twelve months, for the right and for the amount."""
    korean = line("kr-nps", "1995-01-01", "2004-12-31")

    def found(start: str, end: str) -> Json:
        own = line("ca-oas", start, end, kind="residence")
        person = {"residence": "CA", "born": "1943-01-15"}
        return asked([own, korean], {}, "2010-01-15", **person)["ca-oas"]

    assert routes(found("1986-01-01", "1988-06-30"))["ca-kr"]["status"] == "not_entitled"
    later = found("1986-01-01", "1990-12-31")
    assert later["route"] == "ca-kr"
    assert (later["periods"]["own"], later["periods"]["counted"]) == ("36", "156")


def test_ca_br_limits_the_total_to_the_minimum_period() -> None:
    """16(2)(b): once the total passes the minimum, the share is own time over the minimum."""
    periods = [
        line("br-inss", "1970-01-01", "1979-12-31"),
        line("ca-cpp", "1980-01-01", "1999-12-31", earnings="100000"),
    ]
    found = asked(periods, certified("br-inss", 180), "2015-01-15", residence="BR")["br-inss"]
    assert found["fraction"] == "120/180"
    assert routes(found)["ca-br"]["periods"]["counted"] == "360"


def test_au_nz_subtracts_new_zealand_time_below_ten_years() -> None:
    """Article 13: (540 - New Zealand months) / 540, from ten years on own months / 540."""
    own = line("au-age", "1970-01-01", "1999-12-31", kind="residence")

    def fraction(end: str) -> str:
        nz = line("nz-super", "2000-01-01", end, kind="residence")
        person = {"residence": "NZ", "born": "1950-01-15"}
        found = asked([own, nz], {"au-age": {"domestic_rate": 700}}, "2018-01-15", **person)
        return str(routes(found["au-age"])["au-nz"]["fraction"])

    assert fraction("2008-12-31") == "432/540"
    assert fraction("2009-12-31") == "360/540"


def test_ch_tr_fills_the_swiss_invalidity_scale() -> None:
    """Art. 10(3): thirty Turkish days are a Swiss month; nothing is prorated."""
    rule = catalogue.find("ch-tr").rules_for("ch-ahv", "CH", "invalidity")[0]
    assert rule.amount_of("amount").basis == "theoretical"
    assert rule.amount_of("amount").numerator is None
    turkish = catalogue.find("ch-tr").rules_for("tr-sgk", "TR", "old_age")[0]
    german = catalogue.find("de-tr").rules_for("tr-sgk", "TR", "old_age")[0]
    assert [f.stage for f in (*turkish.floors, *german.floors)] == ["before", "after"]


def test_posting_has_a_direction_between_denmark_and_the_united_states() -> None:
    from portability.coordination import Activity, applicable
    from portability.dates import day

    law = catalogue.find("us-dk").legislation
    assert isinstance(law, dict)

    def months(sender: str, host: str) -> int:
        work = Activity(day("2010-01-01"), day("2016-01-01"), host, sent_from=sender)
        first = applicable([work], sender, law)[0]
        return round((first.end - first.start) / 30.44)

    assert (months("US", "DK"), months("DK", "US")) == (60, 36)


def test_nothing_is_posted_where_the_text_says_none() -> None:
    from portability.coordination import Activity, applicable
    from portability.dates import day

    law = catalogue.find("us-it").legislation
    work = Activity(day("2010-01-01"), day("2012-01-01"), "IT", sent_from="US")
    assert isinstance(law, dict) and applicable([work], "US", law)[0].state is None
