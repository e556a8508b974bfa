"""Messages that name nothing and ask for the same in another form: simpler, in code, an example, more of it."""

from __future__ import annotations

import re

from assistant.understanding.following.chat_state import ChatState
from assistant.understanding.following.message import Message
from assistant.understanding.following.pointing import pointed
from assistant.understanding.following.resolved import Intent, Resolved
from assistant.understanding.following.wanted import wanted
from assistant.understanding.following.word_classes import ASKING, FUNCTION, GENERAL
from assistant.understanding.following.words import words_of

MANY_WORDS = 14  # of a request that names nothing
FEW_WORDS = 7  # in which somebody says why he does not understand
_SIMPLER = re.compile(
    r"\b(?:simpl\w+|easier|easy|easily|plain(?:er)? (?:english|words|language)|layman\w*|eli ?5|"
    r"dumb(?:ed)? (?:it |this |that )?down|too (?:complicated|complex|hard|difficult|technical|much|long)|"
    r"(?:(?:do|did|can|could) ?not|can't|cannot|cant|couldn't) (?:get|understand|follow|grasp)|"
    r"not (?:clear|understand|get it)|confus\w+|huh|lost|other words|rephrase|reword|no (?:maths?|formulas?|jargon)|"
    r"shorter|(?:keep|make) it short|short (?:version|answer|please)|tl;?dr|one sentence|summari[sz]e|in short|briefly|"
    r"(?:again|once more)$|like (?:i am|for|to|for a) (?:a |\d|five)|five year|"
    r"what do you mean|what does (?:that|this|it) mean$)|^(?:sorry,? )?(?:what|pardon)$",
    re.I,
)
_DEEPER = re.compile(
    r"\b(?:more|details?|detailed|deeper|further|elaborate|expand|go on|continue|in depth|in-depth|under the hood|"
    r"exactly|step by step|longer|what else|anything else|keep going|thorough\w*|go deep)\b",
    re.I,
)
_OWN_CASE = re.compile(r"^(?:i|my|me|because|since)\b", re.I)
_AUDIENCE = re.compile(  # who it is to be told to
    r"\b(?:like|as if|as)(?: [\w']+){1,6}$|\bto (?:me|(?:my|an?) \w+|some(?:one|body)\b.{0,30})(?= in |$)|"
    r"\bfor (?:me|(?:an? |my |the )?(?:child|children|kids?|dummies|dummy|beginners?|newbies?|noobs?|idiots?|"
    r"laym[ae]n|(?:\w+ )?year olds?|grandma|grandmother|manager|boss|some(?:one|body)\b.{0,30}))(?= in |$)",
    re.I,
)
_MARKS = re.compile(r"[.,?!;:()–]+(?=\s|$)|\s-\s")
# What such requests are made of, beside words that are general anyway.
_REQUEST_TEXT = """
simpler simplest simply easier easily plain english layman layman's laymans terms term language eli5 eli dumb down
complicated complex technical confusing confused clear unclear lost child kid kids year years beginner beginners newbie
walk actual i'd jargon sentence sentences shorter short brief briefly summary summarize summarise tldr tl dr rephrase
reword differently slower slowly huh sorry still follow grasp
code snippet snippets script source pytorch torch python keras tensorflow jax numpy sklearn scikit-learn line lines
implement implemented implementing program minimal full complete working loop
instance concrete worked numeric real world life sample illustrate illustration practical
more detailed depth in-depth further elaborate expand continue hood thorough thoroughly deep keep
"""
_SOURCE_TEXT = (
    "source sources reference references citation citations cite link links book paper article proof evidence"
)
_OF_REQUESTS = FUNCTION | GENERAL | frozenset(_REQUEST_TEXT.split())
_OF_SOURCES = FUNCTION | GENERAL | frozenset(_SOURCE_TEXT.split())
_WHY = re.compile(r"^(?:why|how come|why so|why not|why is that|why though|because)$", re.I)
_LIBRARY = re.compile(r"\b(?:keras|tensorflow|jax|numpy|sklearn|scikit-learn)\b", re.I)
_FRAMED = re.compile(r"(?:how|why|when|where|which|should|does|is|can)\b", re.I)
_YES_OR_NO = re.compile(r"(?:is|are|does|do|did|should|can|could|will|would|must|was|were)\b", re.I)


def requested(message: Message, state: ChatState) -> Resolved | None:
    """The message as a request for the same in another form; None when it is something else."""
    if _WHY.match(message.plain):
        return Resolved(_why(state), "aspect", state.subject, skip_said=True)
    if not message.words:  # "and?"
        return Resolved(_deeper(state), "deeper", state.subject, skip_said=True) if message.opening else None
    intent = _intent(message)
    if intent is None or not _is_bare(message, intent):
        return None
    if intent in ("simpler", "source"):
        return Resolved(state.question, intent, state.subject)
    return Resolved(_question(message, intent, state), intent, state.subject, skip_said=True)


def _intent(message: Message) -> Intent | None:
    wants = wanted(f"{message.plain}?")
    if "code" in wants:
        return "code"
    if "example" in wants:
        return "example"
    if _SIMPLER.search(message.plain):
        return "simpler"
    if "source" in wants:
        return "source"
    return "deeper" if _DEEPER.search(message.plain) else None


def _is_bare(message: Message, intent: Intent) -> bool:
    """Whether nothing is named: what remains are small words, and those that such requests are made of."""
    told = [part.strip() for part in _MARKS.split(message.plain) if part.strip()]
    if intent == "simpler":  # "my English is not so good" says no more than that
        told = [part for part in told if not (_OWN_CASE.match(part) and len(part.split()) <= FEW_WORDS)] or told[:1]
        told = [_AUDIENCE.sub("", part) or part for part in told]
    words = [word for part in told for word in words_of(part)]
    if intent == "deeper" and words[0].lower in ASKING and all(word.lower in FUNCTION for word in words):
        return False  # "how exactly is that so" asks something
    vocabulary = _OF_SOURCES if intent == "source" else _OF_REQUESTS
    return len(words) <= MANY_WORDS and all(word.lower in vocabulary for word in words)


def _question(message: Message, intent: Intent, state: ChatState) -> str:
    """What is searched for code, an example or more."""
    if intent == "code":
        library = _LIBRARY.search(message.body)
        return f"{state.subject} code {library[0] if library else 'PyTorch'} example"
    if intent == "example":
        return f"{state.subject} {'worked example with numbers' if 'number' in wanted(message.body) else 'example'}"
    return pointed(message, state.subject, state.known) or _deeper(state)


def _deeper(state: ChatState) -> str:
    if _FRAMED.match(state.question):
        return f"{state.question.rstrip(' ?.!')} in detail"
    return f"how does {state.subject} work in detail"


def _why(state: ChatState) -> str:
    last = state.question.rstrip(" ?.!")
    return f"why {last}" if _YES_OR_NO.match(last) else f"why is {state.subject} used"
