"""HTML becomes Markdown; scripts, styles, menus and images are left out."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Comment
from markdownify import ATX, MarkdownConverter

_LEFT_OUT = ("script", "style", "noscript", "template", "svg", "iframe", "object", "nav", "form", "button", "select")
_HEADING = re.compile(r"^h[1-6]$")


def read_html(html: str) -> tuple[str, str]:
    """Title (perhaps empty) and Markdown of a page."""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup(_LEFT_OUT):
        element.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for image in soup("img"):
        image.replace_with(str(image.get("alt") or ""))
    named = soup.title or soup.find("h1")
    title = " ".join(named.get_text(" ").split()) if named else ""
    if soup.title:
        soup.title.decompose()
    body = soup.find("main") or soup.find("article") or soup.body or soup
    return title, to_markdown(body if body.find(_HEADING) or len(body.get_text()) > 200 else soup)


def to_markdown(soup: object) -> str:
    """The Markdown of a parsed page, with ``#`` headings and fenced code."""
    converter = MarkdownConverter(heading_style=ATX, bullets="-", escape_misc=False, autolinks=False)
    text = str(converter.convert_soup(soup))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
