"""Pieces of a self-contained page: no script, nothing loaded, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portability.clean import escaped, link
from portability.words import Words


def document(title: str, style: str, body: str, w: Words) -> str:
    """The whole page. title is text; style and body are ready, the body with an element to which
    the skip link leads first."""
    skip = f'<a class="skip" href="#answer">{escaped(w("word.skip"))}</a>'
    inner = f'{skip}\n<main id="answer">\n{body}\n</main>'
    return framed(title, style, inner, w.language, w("direction"))


def framed(title: str, style: str, body: str, language: str = "en", direction: str = "ltr") -> str:
    """A page around a body that is ready: it loads nothing and sends no referrer."""
    return f"""<!DOCTYPE html>
<html lang="{escaped(language)}" dir="{escaped(direction)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escaped(title)}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>"""


def section(name: str, w: Words, inner: str) -> str:
    return (
        f'<section aria-labelledby="h-{name}">\n'
        f'<h2 id="h-{name}">{escaped(w(f"section.{name}"))}</h2>\n'
        f"{inner}\n</section>"
    )


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def paragraph(text: str) -> str:
    return f"<p>{escaped(text)}</p>"


def listed(items: Iterable[str]) -> str:
    """A list; an item that begins with spaces belongs to the one before."""
    out: list[str] = []
    for item in items:
        if item.startswith(" ") and out:
            out[-1] = f"{out[-1]}<br>{escaped(item.strip())}"
        else:
            out.append(escaped(item.strip()))
    return f"<ul>{''.join(f'<li>{item}</li>' for item in out)}</ul>" if out else ""


def cited(cite: str, url: str) -> str:
    """The article; a link only to a web page."""
    address = link(url)
    return (
        f'<a href="{escaped(address)}" rel="noreferrer">{escaped(cite)}</a>'
        if address
        else escaped(cite)
    )


def grid(
    w: Words,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: Sequence[int] = (),
    ready: bool = False,
) -> str:
    """A table whose headings are the words of `column`."""
    return table(caption, [w(f"column.{head}") for head in heads], rows, figures, ready)


def table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: Sequence[int] = (),
    ready: bool = False,
) -> str:
    """A table with caption, column and row headers; figures: places of columns that align at the
    end. ready: the cells are HTML already; headings are text.

    On a phone the style sheet stacks the cells; the roles keep it a table for a screen reader then.
    """
    if not rows:
        return ""
    mark = [' class="figure"' if i in figures else "" for i in range(len(heads))]
    names = [escaped(head) for head in heads]
    top = "".join(
        f'<th role="columnheader" scope="col"{mark[i]}>{name}</th>' for i, name in enumerate(names)
    )
    lines = []
    for row in rows:
        cells = [cell if ready else escaped(cell) for cell in row]
        lines.append(
            f'<tr role="row"><th role="rowheader" scope="row">{cells[0]}</th>'
            + "".join(
                f'<td role="cell" data-label="{names[i]}"{mark[i]}>{cell}</td>'
                for i, cell in enumerate(cells)
                if i
            )
            + "</tr>"
        )
    return (
        f'<div class="wide stack"><table role="table"><caption>{escaped(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{top}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(lines)}</tbody></table></div>'
    )
