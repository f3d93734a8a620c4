"""The memo as PDF: written by the command, the same bytes again, and nothing loaded for it.

`make test-pdf`; needs the packages of requirements-pdf.txt, and Pango and HarfBuzz of the system.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from portability.compare import memo

TEXTS = ("ca-au@2014-06-30", "ca-au@2014-07-01")
SECONDS = 300
NOTHING = URLFetcher(allowed_protocols=())


def command(folder: Path, name: str) -> Path:
    """The command in a process of its own, as a person starts it."""
    words = ["compare", *TEXTS, "--memo", name, "--dry-run"]
    done = subprocess.run(
        [sys.executable, "-m", "portability", "--debug", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / name


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """(page, PDF, the PDF once more)."""
    folder = tmp_path_factory.mktemp("memo")
    page, one, two = (command(folder, name) for name in ("memo.html", "one.pdf", "two.pdf"))
    return page, one, two


def inside(pdf: bytes) -> bytes:
    """Everything of a PDF, its compressed streams unpacked."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", inside(pdf)))


def test_the_pdf_is_there_with_every_page(written: tuple[Path, Path, Path]) -> None:
    page, one, _ = written
    made = one.read_bytes()
    assert made.startswith(b"%PDF-") and made.rstrip().endswith(b"%%EOF")
    laid = HTML(string=page.read_text(encoding="utf-8"), url_fetcher=NOTHING).render()
    assert pages(made) == len(laid.pages) > 3


def test_the_same_bytes_twice_from_two_processes(written: tuple[Path, Path, Path]) -> None:
    _, one, two = written
    assert one.read_bytes() == two.read_bytes()


def test_a_pdf_of_another_text_is_another_one() -> None:
    assert memo.pdf("<p>14(1)</p>") != memo.pdf("<p>14(2)</p>")


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """(address of a server on this machine, what was asked of it)."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_loaded(
    listener: tuple[str, list[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not from the net, not from this machine: every attempt is refused, and the page is made."""
    address, asked = listener
    (tmp_path / "dot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/>'
        "</svg>"
    )
    html = (
        f'<link rel="stylesheet" href="{address}/style.css">'
        f'<style>@import "{address}/more.css"; p {{ background: url({address}/ground.png) }}'
        f"@font-face {{ font-family: f; src: url({address}/font.woff) }} p {{ font-family: f }}"
        "</style>"
        f'<p>text<img src="{address}/picture.png"><img src="{(tmp_path / "dot.svg").as_uri()}"></p>'
    )
    with caplog.at_level(logging.ERROR, logger="weasyprint"):
        made = memo.pdf(html)
    assert asked == []
    assert pages(made) == 1
    refused = [message for message in caplog.messages if "disallowed protocol" in message]
    for name in ("style.css", "more.css", "ground.png", "picture.png", "dot.svg"):
        assert any(name in message for message in refused), name


def test_what_is_refused_would_have_been_asked_for(listener: tuple[str, list[str]]) -> None:
    """The same page without the refusal reaches the server: the test above can fail."""
    address, asked = listener
    HTML(string=f'<p>text<img src="{address}/picture.png"></p>').write_pdf()
    assert asked == ["/picture.png"]
