"""Words that ask for several things of a kind: "list all", "which optimizers", "pros and cons of"."""

from __future__ import annotations

import re

from assistant.understanding.grammar.words import (
    AUXILIARIES,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    is_name,
    word_set,
    words_of,
)

# Words for the items of a list, whatever it lists.
_ITEM_WORDS = word_set(
    "types kinds sorts ways methods steps stages phases options techniques approaches variants examples reasons "
    "causes advantages disadvantages drawbacks benefits strengths weaknesses risks names parts components alternatives "
    "families tricks tips rules things possibilities strategies"
)
_ITEMS = rf"(?:{'|'.join(sorted(_ITEM_WORDS))})"
_SOME = (
    r"(?:some|several|a\s+few|few|all|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|many|different|other|most|"
    r"the)"
)
_REQUESTED = re.compile(
    r"(?:^|[.,;:?!(\n-]\s*|\b(?:please|can\s+you|could\s+you)\s+)(?:short\s+)?list"
    rf"(?:\s+(?:me\b|please\b|of\b|{_SOME}\b|\w+\s+\w+)|\W*$)|"
    r"\b(?:make|give|write|show|want|need)\s+(?:me\s+)?(?:an?\s+|the\s+)?(?:\w+\s+)?(?:check)?list\b|"
    r"[.,;:?!]\s*(?:\w+\s+)?list\W*$|\bas\s+an?\s+list\b|\bchecklist\b|\bone\s+by\s+one\b|\bstep\s+by\s+step\b|"
    rf"(?:^|[.,;:?!]\s*|\bplease\s+|\byou\s+)name\s+(?:me\s+)?(?:{_SOME}\b|(?:[\w-]+\s+){{0,2}}[\w-]+s\b)|"
    rf"\b(?:give|tell|show)\s+me\s+(?:{_SOME}\b\s*(?:examples|\w+s\b|$)|examples\b)|"
    r"\bpros\s+(?:and|&|/)\s*cons\b|\b(?:advantages|strengths|benefits)\s+and\s+\w+s\b|"
    r"^\W*(?:(?:the|main|common|possible|typical|different)\s+){0,2}"
    rf"{_ITEMS}\s+(?:of|to|for|in|that|without|against|on)\b|"
    r"\bwhat\s+(?:else|all|other)\b|\bwhich\s+other\b|\beverything\s+i\s+can\b",
    re.I,
)
_WHICH = re.compile(r"\b(?:what|which)\s+(?P<behind>[^?.!;\n]{3,120})", re.I)
_THE_ITEMS = re.compile(
    r"\b(?:what\s+(?:are|were)\s+(?:the|some|my|our|its|their)|(?:are|were)\s+there)\s+"
    r"(?:\w+\s+){0,3}?(?:\w+s|criteria|data\s+sets)\b",
    re.I,
)
_PURPOSE = re.compile(r"^[^,.?!:;]{3,40}\s(?:for|to)\s[^,.?!:;]{3,60}\W*$", re.I)  # "tools for tracking experiments?"
_ONE_LIST = re.compile(r"\bdifferences?\b|\bsame\b", re.I)  # "what are the differences between" is a comparison
_VERBS = word_set(  # of the third person: what "what" and "which" have behind them as often as a plural
    "is was has does causes happens makes helps means works gives takes needs gets goes comes keeps decides "
    "determines changes controls limits prevents says tells looks feels remains follows stops counts stands belongs "
    "fits runs wins beats leads triggers speeds saves uses costs seems turns learns shows puts holds wants drives "
    "brings sets lets covers deals consists sits lies offers provides contains combines writes reads improves protects"
)
_AFTER_VERB = DETERMINERS | word_set("me us them it him her is was has")  # "which tool lets me"
_NO_PLURAL = re.compile(r"(?:ss|us|is|os|'s|bias)$")
_PLURALS = word_set("criteria data people")
_ENDS = AUXILIARIES | PRONOUNS | QUESTION_WORDS | (PREPOSITIONS - {"of"}) | DETERMINERS - {"all"}
_LONGEST_NAME = 6  # words
_ACTS = word_set("merge train use make find build get run add my your our")  # open a request in few words


def asks_for_several(text: str) -> bool:
    """Whether the words around a name ask for several things of its kind."""
    if _PURPOSE.search(text) and names_several(text):
        return True
    if _REQUESTED.search(text) or (_THE_ITEMS.search(text) and not _ONE_LIST.search(text)):
        return True
    return any(_goes_on_with_plural(found["behind"]) for found in _WHICH.finditer(text))


def names_several(text: str) -> bool:
    """Whether a text is the plural name of things and no more: "object detectors", "losses for classification"."""
    words = words_of(text)
    if not is_name(text, _LONGEST_NAME) or words[0].endswith("ing") or words[0] in _ACTS:
        return False
    end = next((at for at, word in enumerate(words) if word in PREPOSITIONS), len(words))
    return _is_plural(words[end - 1])


def _goes_on_with_plural(behind: str) -> bool:
    """Whether "which" stands before a plural: "which optimizers", "what kinds of"; "what causes" is none."""
    words = words_of(behind.replace("/", " or "))
    for word, following in zip(words[:5], [*words[1:], ""], strict=False):
        if word in _ENDS:
            return False
        if word in _PLURALS or _is_plural(word):
            if word in _ITEM_WORDS and word != "causes":
                return True
            return word not in _VERBS and following not in _AFTER_VERB and not _is_plural(following)
    return False


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and word not in AUXILIARIES and not _NO_PLURAL.search(word)
