"""Small files of every format, made by hand, and hostile ones that declare or unfold to far more than they are."""

from __future__ import annotations

import base64
import io
import json
import random
import string
import zipfile
import zlib
from collections.abc import Callable

MARKDOWN = b"""---
title: Gradient clipping
topics: [training]
---

## What is gradient clipping?

Gradient clipping rescales a gradient whose norm exceeds a limit.

## Which limit?

A norm of 1.0 is a usual start, and $\\|g\\|$ is watched.
"""
TEXT = b"The Zephyr cluster has twelve nodes.\n\nIt runs at night.\n"
HTML = b"""<!doctype html><html><head><title>Warmup</title><script>alert(1)</script><style>p{}</style></head>
<body><nav>Home</nav><h1>Warmup</h1><p>Warmup raises the learning rate slowly.</p>
<img src="http://evil.example/x.png" alt="a curve"><ul><li>linear</li><li>cosine</li></ul>
<table><tr><th>steps</th></tr><tr><td>500</td></tr></table></body></html>"""
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Momentum by hand\n", "It averages gradients."]},
            {
                "cell_type": "code",
                "metadata": {},
                "execution_count": 1,
                "source": "v = 0.9 * v + g",
                "outputs": [{"output_type": "stream", "name": "stdout", "text": "0.1"}],
            },
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
).encode()

_WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style></w:styles>'
)
_STYLED = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
    'Target="styles.xml"/></Relationships>'
)


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip archive of some members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def word(body: str, head: str = "", **more: str | bytes) -> bytes:
    """A Word file with this XML in its body."""
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELATIONS,
            "word/_rels/document.xml.rels": _STYLED,
            "word/styles.xml": _STYLES,
            "word/document.xml": head + _WORD.format(body),
            **more,
        }
    )


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of Word's XML."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


WORD = word(
    paragraph("Lab report", "H1")
    + paragraph("Zephyr trains with a batch of 512.")
    + paragraph("Results", "H2")
    + paragraph("The loss fell to 1.8.")
)


def pdf(pages: list[bytes], title: str = "", compressed: bool = False) -> bytes:
    """A PDF whose pages have these content streams; text is drawn by ``(words) Tj``."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, stream in enumerate(pages):
        coded = zlib.compress(stream) if compressed else stream
        way = " /Filter /FlateDecode" if compressed else ""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {5 + 2 * at} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(coded)}{way} >>\nstream\n".encode() + coded + b"\nendstream")
    objects.append(f"<< /Title ({title}) >>".encode())
    made = io.BytesIO(b"")
    made.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(made.tell())
        made.write(f"{number} 0 obj\n".encode() + content + b"\nendobj\n")
    start = made.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    made.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    made.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode())
    made.write(f"startxref\n{start}\n%%EOF\n".encode())
    return made.getvalue()


def drawn(*lines: str) -> bytes:
    """The content stream of a page with these lines of text."""
    shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
    return f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()


PDF = pdf(
    [
        drawn("Batch normalization keeps the activa-", "tions of a layer in a common range.", "It needs a batch."),
        drawn("Layer normalization needs no batch."),
    ],
    "Normalization compared",
)


def encrypted_pdf() -> bytes:
    """The same PDF behind a password."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PDF))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


SAMPLES = {"markdown": MARKDOWN, "text": TEXT, "html": HTML, "notebook": NOTEBOOK, "word": WORD, "pdf": PDF}


def sentences(size: int) -> list[str]:
    """Sentences of so many characters in all, of words that a packer cannot shorten much; the same at each call."""
    chance = random.Random(0)
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 9))) for _ in range(size // 7)]
    return [" ".join(words[at : at + 12]) + "." for at in range(0, len(words), 12)]


def _each(form: str, size: int) -> str:
    return "".join(form.format(sentence) for sentence in sentences(size))


def _notebook(size: int) -> bytes:
    """A chart below each of its cells, as plotting leaves them: most of the file is no text."""
    chart = base64.b64encode(random.Random(0).randbytes(60_000)).decode()
    output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": chart, "text/plain": "<Figure>"}}
    shown = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "plot()", "outputs": [output]}
    cells = [
        cell
        for text in sentences(size // 40)[: size // 82_000]
        for cell in ({"cell_type": "markdown", "metadata": {}, "source": f"## Plot\n\n{text}"}, shown)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def _pdf(size: int) -> bytes:
    """Pages full of text, as many as are read, and as large as they then are."""
    lines, pages = sentences(size * 4 // 5), 300
    each = len(lines) // pages
    return pdf([drawn(*lines[at * each : (at + 1) * each]) for at in range(pages)])


def _word(size: int) -> bytes:
    """Paragraphs, and an image that fills the file up."""
    image = random.Random(0).randbytes(size - 600_000)
    return word(_each(paragraph("{}"), 900_000), **{"word/media/a.png": image})


# Honest files of every format that are as large as is taken; made when they are asked for.
LARGE: dict[str, Callable[[int], bytes]] = {
    "markdown": lambda size: _each("## What?\n\n{}\n\n", size * 5 // 6).encode(),
    "text": lambda size: _each("{}\n\n", size).encode(),
    "text of another encoding": lambda size: _each("Maß: {}\n\n", size * 9 // 10).encode("latin-1"),
    "html": lambda size: b"<!doctype html><body>" + _each("<p>{}</p>\n", size * 9 // 10).encode(),
    "notebook": _notebook,
    "word": _word,
    "word of text alone": lambda size: word(_each(paragraph("{}"), size * 3 // 2)),
    "pdf": _pdf,
}

_ENTITIES = '<!DOCTYPE l [<!ENTITY a "lollollol">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{(f"&{chr(97 + at)};") * 10}">' for at in range(9)
)
# Files that cost far more than they weigh; made when they are asked for.
HOSTILE: dict[str, Callable[[], bytes]] = {
    "docx that unpacks to 50 MB": lambda: word(paragraph("x") + " " * 50_000_000),
    "docx with a huge image": lambda: word(paragraph("x"), **{"word/media/a.emf": bytes(110_000_000)}),
    "docx of many paragraphs": lambda: word(paragraph("word " * 20) * 60_000),
    "docx with entities that unfold": lambda: word(paragraph("&j;"), _ENTITIES + "]>"),
    "docx nested deeply": lambda: word("<w:p>" * 20_000),
    "pdf page of a million drawings": lambda: pdf([drawn("x") + b" BT (a) Tj ET" * 1_000_000], compressed=True),
    "pdf stream that unpacks to 100 MB": lambda: pdf([b" " * 100_000_000], compressed=True),
    "pdf of many pages": lambda: pdf([drawn("x")] * 301),
    "html nested deeply": lambda: b"<!doctype html>" + b"<div>" * 100_000 + b"x",
    "html of many tags": lambda: b"<!doctype html>" + b"<b>x</b>" * 500_000,
    "notebook nested deeply": lambda: b'{"cells": [' + b"[" * 200_000,
    "markdown of brackets": lambda: b"[" * 200_000,
    "markdown of stars": lambda: b"*a_ " * 100_000,
    "markdown of quotes": lambda: b"> " * 50_000 + b"x",
    "front matter of aliases": lambda: b"---\na: &a [x]\nb: [*a, *a]\n" + b"c: [" * 40_000 + b"\n---\n\ntext\n",
    "one word of two million letters": lambda: b"a" * 1_900_000,
}
