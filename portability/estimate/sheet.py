"""Columns collected part by part, and laid into one table of RESULTS at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define, field
from numpy.typing import NDArray

from portability.dates import NODATE
from portability.estimate.form import MONEY, MONEY_DIGITS, RESULTS
from portability.tables import minor_digits

Int = NDArray[np.int64]
NULL = -(2**63)  # in a column of integers or sums: nothing
FROM_MEMBER = ("member", "sex", "age_band", "residence")
TOO_LARGE = 10**18  # thousandths: what 18 digits cannot hold


@define
class Words:
    """A vocabulary that grows: word -> code; -1 is no word."""

    codes: dict[str, int] = field(factory=dict)

    def code(self, word: str | None) -> int:
        return -1 if word is None else self.codes.setdefault(word, len(self.codes))

    def array(self, codes: NDArray[Any], kind: pa.DataType) -> pa.DictionaryArray:
        """Raises OverflowError if there are more words than the kind can number."""
        if len(self.codes) > np.iinfo(kind.index_type.to_pandas_dtype()).max:
            raise OverflowError(f"{len(self.codes)} words in a column of {kind}")
        index = pa.array(codes, kind.index_type, mask=codes < 0)
        return pa.DictionaryArray.from_arrays(index, pa.array(list(self.codes), pa.string()))


@define
class Sheet:
    """Parts of k rows each: `person` int[k] and a value, or a column of k, for fields of RESULTS.

    Words are given as text (for all k rows) or as codes of `words[name]`; sums in minor units of
    the part's currency, NULL where nothing is known; days as NODATE where there is none.
    """

    words: dict[str, Words] = field(factory=dict)
    parts: list[dict[str, Any]] = field(factory=list)

    def code(self, name: str, word: str | None) -> int:
        return self.words.setdefault(name, Words()).code(word)

    def add(self, person: NDArray[Any], currency: str, **columns: Any) -> None:
        if len(person) == 0:
            return
        part: dict[str, Any] = {"person": person}
        scale = 10 ** (MONEY_DIGITS - minor_digits(currency))
        for name, value in {**columns, "currency": currency}.items():
            if isinstance(value, str):
                value = self.code(name, value)
            elif scale > 1 and RESULTS.field(name).type == MONEY:
                value = np.where(value == NULL, NULL, value * scale)
            part[name] = value
        self.parts.append(part)

    def table(self, members: pa.Table) -> pa.Table:
        """All parts by member (in the order laid, within a member); `members`: FROM_MEMBER."""
        if not self.parts:
            return RESULTS.empty_table()
        person = np.concatenate([part["person"] for part in self.parts])
        few = (
            np.uint16 if len(members) <= 1 << 16 else np.int64
        )  # short numbers are sorted by digit
        order = np.argsort(person.astype(few), kind="stable")
        where = pa.array(person[order])
        columns = []
        for name, kind in zip(RESULTS.names, RESULTS.types, strict=True):
            if name in FROM_MEMBER:
                columns.append(members.column(name).take(where))
            else:
                columns.append(self.column(name, kind, order))
        return pa.table(columns, schema=RESULTS)

    def column(self, name: str, kind: pa.DataType, order: NDArray[np.intp]) -> pa.Array:
        values = self.laid(name, kind, len(order))[order]
        if pa.types.is_dictionary(kind):
            return self.words.setdefault(name, Words()).array(values, kind)
        if kind == MONEY:
            return decimals(values)
        if pa.types.is_boolean(kind):
            return pa.array(values)
        if pa.types.is_date32(kind):
            return pa.array(values, mask=values == NODATE).cast(kind)
        return pa.array(values, kind, mask=values == NULL)

    def laid(self, name: str, kind: pa.DataType, n: int) -> NDArray[Any]:
        """One column of all n rows, part after part."""
        if pa.types.is_dictionary(kind):
            values = np.full(n, -1, kind.index_type.to_pandas_dtype())
        elif pa.types.is_boolean(kind):
            values = np.zeros(n, np.bool_)
        elif pa.types.is_date32(kind):
            values = np.full(n, NODATE, np.int32)
        else:
            values = np.full(n, NULL, np.int64)
        start = 0
        for part in self.parts:
            end = start + len(part["person"])
            if name in part:
                values[start:end] = part[name]
            start = end
        return values


def decimals(values: Int) -> pa.Array:
    """Thousandths int64[n] -> decimal128(18, 3), NULL -> null. Raises OverflowError beyond 15
    digits before the point."""
    given = values != NULL
    if bool((np.abs(values[given]) >= TOO_LARGE).any()):
        raise OverflowError("a sum of more than 15 digits")
    wide = np.empty((len(values), 2), np.int64)
    wide[:, 0] = np.where(given, values, 0)
    wide[:, 1] = wide[:, 0] >> 63
    valid = pa.py_buffer(np.packbits(given, bitorder="little").tobytes())
    buffers = [valid, pa.py_buffer(wide.tobytes())]
    return pa.Array.from_buffers(MONEY, len(values), buffers, int((~given).sum()))
