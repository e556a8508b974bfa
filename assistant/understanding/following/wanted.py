"""What sort of thing a message wants to be shown: code, a number, an example, a source; told by how it asks."""

from __future__ import annotations

import re
from typing import Literal

Want = Literal["code", "number", "example", "source"]

_LIBRARY = r"(?:pytorch|torch|python|keras|tensorflow|jax|numpy|sklearn|scikit-learn|hugging ?face)"
_CODE = re.compile(
    r"(?<!\bin the )(?<!\bin my )\bcode\b|"
    r"\b(?:snippets?|script|one-liner|implementation|implement(?:ed|ing)?|program)\b|"
    r"\b(?:write (?:it|that|this|one)|how to write)\b|"
    r"\blines? (?:of|in|for)\b|\bthe lines\b|"
    rf"\b(?:in|with|using|some|any) {_LIBRARY}\b|^{_LIBRARY}\W*$",
    re.I,
)
_EXAMPLE = re.compile(r"\b(?:examples?|for instance|illustrat\w+|worked|sample (?:input|output))\b|\be\.g\.", re.I)
_NUMBER = re.compile(
    r"\bhow (?:many|much|big|large|small|high|low|deep|wide|long)\b|"
    r"\b(?:what|which|typical|sensible|good|default|usual|recommended|common|best|reasonable|normal) (?:\w+ ){0,2}"
    r"(?:values?|numbers?|size|rate|range|percentage|threshold|setting|default)\b|"
    r"^how \w+\W*$|\bwith (?:\w+ )?numbers\b|\bdefaults?\b|\bvalues?\?|\bnumbers?\?",
    re.I,
)
_SOURCE = re.compile(
    r"\b(?:sources?|references?|citations?|cite)\b|\b(?:which|what|the|original) (?:paper|book)\b|"
    r"\b(?:a|the|any|your) (?:paper|link|article)s?\b|"
    r"\bwhere (?:is|does|did) (?:that|this|it|you) (?:(?:come|get|have|taken?|that|this|it) ){0,3}from\b|"
    r"\bwhere did you (?:get|find|read|take)\b|\bare you sure\b|\bsays who\b|\bwho says\b|\breally\?",
    re.I,
)
_WANTS: tuple[tuple[Want, re.Pattern[str]], ...] = (
    ("code", _CODE),
    ("example", _EXAMPLE),
    ("number", _NUMBER),
    ("source", _SOURCE),
)


def wanted(message: str) -> frozenset[Want]:
    """The sorts of thing that a message asks for, so that composing can prefer code blocks, numbers or examples."""
    return frozenset(want for want, pattern in _WANTS if pattern.search(message))
