"""Rules on single sentences: each must be understood when it is quoted without the one before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.retrieval.notes.checking.sheet import Sentence, Sheet

Found = Iterator[tuple[int, str]]

# Verbs that begin an order. The second group are nouns or adjectives as well: they count before an article alone.
_VERBS = frozenset(
    """
    use add keep try choose pick avoid put make run apply raise reduce increase freeze replace remove compare prefer
    normalize normalise shuffle begin verify expect treat give let do don't never always consider remember ensure enable
    disable install import define evaluate inspect initialize initialise halve
    """.split()  # noqa: SIM905
)
_NOUNS_TOO = frozenset(
    """
    set check start train log plot print scale split measure report read write tune search sample mask pad test watch
    monitor switch drop limit decay warm profile pool draw weight score step stack feed mix store note first lower
    double compute stop clip load save pass call build turn move fit see take look wrap
    """.split()  # noqa: SIM905
)
_OBJECT = re.compile(
    r"(?:the|a|an|your|each|every|all|both|any|its|their|this|that|these|those|at|as|with|on|in|from|for|it|them|one|"
    r"two|three|only|several|some|more|fewer|no|not|out|whether|how|what|which|by|up|down|again|separately)\b|`|\d|\$"
)
_CASE = re.compile(
    r"\b(?:when|whenever|if|unless|where|while|until|before|after|for|because|since|so that|instead of|rather than|"
    r"in order to|to [a-z]{3,})\b(?! (?:example|instance)\b)"
)
_NOT_A_CASE = re.compile(r"\bto (?:the|zero|one|about|its|their|each|every|all|both|some|any|that|this|it|them)\b")


def bare_order(sheet: Sheet) -> Found:
    """An order that does not say in which case: "Use `roi_align`."."""
    for sentence in _prose(sheet):
        first, _, rest = _start(sentence).partition(" ")
        verb = "" if first.isupper() else first.lower().rstrip(",:")  # CLIP is a name
        is_order = verb in _VERBS or (verb in _NOUNS_TOO and _OBJECT.match(rest) is not None)
        if is_order and not sentence.text.endswith("?") and not _CASE.search(_NOT_A_CASE.sub("", rest)):
            yield sentence.line, sentence.text


_ELLIPTIC = re.compile(
    r"(?:With(?:out)?|Above|Below|Beyond) (?:\d|\$|[a-z] = |it\b|them\b|this\b|that\b|these\b|those\b|both\b)|"
    r"Examples?(?::| (?:is|are|include)\b)|(?:Here|Then|Otherwise|Also|Thus|Hence|Therefore)\b|Instead\b(?! of\b)|"
    r"(?:More|Fewer|Less|Higher|Lower|Larger|Smaller|Longer|Shorter) (?:is|are|means?|costs?|helps?)\b"
)


def elliptic_start(sheet: Sheet) -> Found:
    """A sentence whose beginning leans on the one before: "With 12 GB, ...", "Otherwise, ..."."""
    for sentence in _prose(sheet):
        if _ELLIPTIC.match(_start(sentence)):
            yield sentence.line, sentence.text


_NOUNS = (
    "network|model|loss|formula|layer|gradient|result|output|input|method|algorithm|weights|encoder|decoder|paper|authors|"
    "values?|idea|advantage|disadvantage|trick|cost|goal|score|equation|difference|reason|effect|rest|update|term|matrix|"
    "vector|attack|agent|generator|discriminator|student|teacher|backbone|head|filter|kernel|function|threshold|rule|"
    "drawback|price|remedy|fix|cure|catch|point|weakness|strength|limit|risk|benefit|gain|numbers?|table|code|example|"
    "parameters?|objective|latter|former"
)
_AUXILIARY = (
    "is|are|was|were|has|have|had|does|do|can|cannot|could|may|might|must|should|will|would|then|also|only|therefore|thus|"
    "still|not|now|just|simply|usually|often|always|never|itself|alone|get|need"
)
# The noun's own verb follows: "The loss is", but neither "The loss of a GAN is" nor "The loss landscape is".
_OWNERLESS = re.compile(
    rf"The (?:(?:{_NOUNS}) (?:{_AUXILIARY}|[a-z]+[^su\W]s(?! of\b)|"
    r"[a-z]+ed(?! (?:by|on|with|in|for|from|to|at|as|of)\b))|"
    rf"(?:original|first|second|third|other|same|main|usual|default)(?: [a-z]+)? (?:{_AUXILIARY}))\b(?P<rest>.*)",
    re.I,
)
_NAMED = re.compile(r"\b(?:[A-Z][\w-]*[A-Z0-9][\w-]*|[A-Z][a-z][\w-]+)\b")  # GAN, ResNet-50, Adam


def ownerless_noun(sheet: Sheet) -> Found:
    """A noun whose owner stands one sentence up: "The loss is then averaged."."""
    for sentence in _prose(sheet):
        found = _OWNERLESS.match(_start(sentence))
        if found and not _NAMED.search(found["rest"]):
            yield sentence.line, sentence.text


_PRONOUN = re.compile(
    r"(?:It|This|These|They|Such|That|Those|Its|Their|She|His|Her)\b|Both\b(?!.*\band\b)|"
    r"He\b(?! (?:and|et|\(|init|normal|uniform)|'s\b)"  # He is an author as well
)


def pronoun_start(sheet: Sheet) -> Found:
    """A sentence that begins with a word for something named before."""
    for sentence in _prose(sheet):
        if _PRONOUN.match(_start(sentence)):
            yield sentence.line, sentence.text


_USUAL = re.compile(
    r"(?:The )?(?:most )?(?:usual|typical|common|good|reasonable|sensible|safe|popular|frequent|recommended) "
    r"(?:values?|causes?|choices?|rates?|settings?|ranges?|sizes?|reasons?|mistakes?|defaults?|solutions?|fix(?:es)?|"
    r"remed(?:y|ies)|cures?|examples?|numbers?|starting (?:points?|values?)|options?|methods?|tools?|signs?|symptoms?|"
    r"uses?|cases?|metrics?|approach(?:es)?|techniques?|ways?|steps?|recipes?|mix) "
    r"(?:are|is|includes?|ranges?|lies?)\b",
    re.I,
)


def usual_values(sheet: Sheet) -> Found:
    """Values or causes of nothing in particular: "Usual values are 0.1 to 0.5."."""
    for sentence in _prose(sheet):
        if _USUAL.match(_start(sentence)):
            yield sentence.line, sentence.text


_YEAR = re.compile(r"\b(?:18|19|20)\d\ds?\b")
# "Current" and "recent" are technical words as well, as in "the current step" and "the most recent tokens".
_OF_TODAY = (
    r"(?:models?|LLMs?|language|large|versions?|practice|hardware|GPUs?|research|methods?|systems?|frameworks?|libraries|"
    r"prices?|generations?|best|top|leading|works?|papers?|studies|results|architectures?|frontier|open|deep|benchmarks?|"
    r"releases?|recipes?|standards?|chips?|networks?|transformers?|assistants?|tools?|years?|advances?|progress)"
)
_UNDATED = re.compile(
    r"\b(?:recently|nowadays|today(?:'s)?(?! or tomorrow)|currently|modern(?! (?:continuous )?Hopfield)|these days|"
    r"(?<!means )state[- ]of[- ]the[- ]art|"
    r"cutting[- ]edge|as of now|at present|latest (?:LLMs|research|hardware|GPUs|releases?|generation)|"
    rf"(?:recent|current|newer|newest) (?:[\w-]+ )?{_OF_TODAY})\b",
    re.I,
)


def undated(sheet: Sheet) -> Found:
    """A word such as "recent" or "modern" in a sentence without a year: it will be wrong, and nobody sees when."""
    for sentence in _sentences(sheet):
        if _UNDATED.search(_without_code(sentence.text)) and not _YEAR.search(sentence.text):
            yield sentence.line, sentence.text


_FORMULA = re.compile(r"\$\$?[^$]+\$\$?")
MOST_FORMULAS = 8  # in a sentence
MOST_SHARE = 0.6  # of a sentence's characters, when it has few words besides
FEW_WORDS = 7


def formula_heavy(sheet: Sheet) -> Found:
    """A sentence that is mostly formulas: nobody can read it out."""
    for sentence in _prose(sheet):
        found = _FORMULA.findall(sentence.text)
        share = sum(map(len, found)) / len(sentence.text)
        words = len(_FORMULA.sub(" ", sentence.text).split())
        if len(found) > MOST_FORMULAS or (len(found) > 1 and share > MOST_SHARE and words < FEW_WORDS):
            yield sentence.line, sentence.text


def volatile_without_year(sheet: Sheet) -> Found:
    """A sentence with figures in a volatile section that does not say when they were true; worked examples may."""
    for section in sheet.sections:
        if section.heading in sheet.note.volatile:
            for sentence in section.sentences:
                has_figures = re.search(r"\d", _without_code(sentence.text)) is not None
                if has_figures and not _YEAR.search(sentence.text) and not sentence.text.startswith("For example,"):
                    yield sentence.line, sentence.text


def _sentences(sheet: Sheet) -> Iterator[Sentence]:
    return (sentence for section in sheet.sections for sentence in section.sentences)


def _prose(sheet: Sheet) -> Iterator[Sentence]:
    """Sentences of paragraphs; those that announce a list are quoted with it."""
    return (sentence for section in sheet.sections for sentence in section.prose)


def _start(sentence: Sentence) -> str:
    """The sentence without marks before its first word."""
    return sentence.text.lstrip("*_\"'“(")


def _without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "", text)
