"""What a Markdown text points at: its links and images, as the parser sees them."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it.token import Token

from assistant.core.markdown import PARSER


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an image."""

    text: str  # what is read in its place; of an image, the words that describe it
    target: str  # percent-encoded
    title: str = ""


def links(source: str) -> tuple[Link, ...]:
    """The links of a text in their order, images left out."""
    found = []
    for token in PARSER.parse(source):
        children = token.children or []
        for at, child in enumerate(children):
            if child.type == "link_open":
                found.append(Link(_text_of_link(children[at + 1 :]), str(child.attrs.get("href", ""))))
    return tuple(found)


def lone_image(source: str) -> Link | None:
    """The image of a paragraph that is nothing but one image; None of any other text."""
    tokens = PARSER.parse(source)
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    children = tokens[1].children or []
    if [child.type for child in children] != ["image"]:
        return None
    image = children[0]
    return Link(image.content, str(image.attrs.get("src", "")), str(image.attrs.get("title", "")))


def _text_of_link(behind: list[Token]) -> str:
    end = next((at for at, child in enumerate(behind) if child.type == "link_close"), len(behind))
    return "".join(child.content for child in behind[:end])
