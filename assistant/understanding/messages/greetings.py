"""Greetings, thanks and goodbyes: alone they are answered in kind, around a question they are taken off."""

from __future__ import annotations

import re

LONGEST = 200  # characters of a message that is nothing but a greeting

_HELLO = (
    r"hi+|hello+|hey+a?|hiya|yo+|howdy|greetings|good (?:morning|afternoon|evening|day)|morning|evening|"
    r"nice to (?:meet|see) you|how (?:are|r) (?:you|u)(?: doing| today| feeling)*|how(?:'s| is) (?:it going|life)|"
    r"how do you do|what(?:'s|s| is) up|sup|wassup|(?:are you|anyone|anybody|is anyone|is anybody) (?:there|here)|"
    r"hola|bonjour|bonsoir|salut|hallo|moin|servus|ola|namaste|salam|ahoj|konnichiwa|ni ?hao|privet|merhaba|aloha|"
    r"long time no see|welcome(?: back)?|happy (?:new year|holidays|weekend|friday|monday)"
)
_THANKS = (
    r"thanks?(?: you| u)?|thankyou|thx+|thnx|tnx|ty|tysm|cheers|much appreciated|great help|"
    r"that (?:really )?help(?:s|ed)|danke|merci|gracias|grazie|obrigad[oa]|arigato|spasibo|"
    r"(?:i )?(?:really )?appreciate (?:it|that|(?:your|the|all)(?: your| the)? help)|"
    r"(?:that|it|you|this) (?:was|were|is|are) (?:\w+ )?(?:helpful|useful|great|awesome|amazing|the best|brilliant)|"
    r"you're (?:\w+ )?(?:helpful|great|awesome|amazing|the best|brilliant|wonderful|kind)|"
    r"(?:you are|that is|that's) (?:\w+ )?(?:kind|wonderful)|"
    r"well done|(?:good|great|nice) (?:job|bot|work)|love (?:you|it|this)|i love you"
)
_BYE = (
    r"(?:good ?)?bye+|bye ?bye|ciao|adios|tsch(?:ü|ue)ss|au revoir|gn8?|goodnight|good ?night|see (?:you|ya|u)|"
    r"cya|ttyl|later|take care|farewell|(?:talk|speak) to (?:you|u)|catch you|"
    r"have a (?:\w+ )?(?:day|evening|night|weekend|week|one|time)|(?:i )?(?:have to|gotta|must|got to) go|"
    r"(?:until|till) (?:next time|tomorrow)|i(?:'m| am) done|nothing else|"
    r"that(?:'s| is|s| was)? (?:all|it|everything)(?: for (?:now|today))?"
)
_AROUND = (  # says nothing by itself; stands around a greeting
    r"so|very|much|many|a|an|lot|lots|million|again|there|everyone|everybody|all|guys?|folks|friend|bot|assistant|buddy|mate|"
    r"man|dear|sir|madam|professor|team|ok(?:ay)?|alright|right|great|perfect|awesome|nice|cool|wonderful|excellent|and|oh|"
    r"well|for|the|this|your|my|quick|kind|help|helping|me|answers?|explanations?|reply|time|patience|now|today|soon|then|"
    r"tomorrow|later|you|to|too|in advance|got it|i see|no|everything|(?:i )?underst(?:and|ood)(?: it| that)?|"
    r"(?:that |it )?makes sense|clear|really|just|wanted|say|from|here|with|anyway|please|this"
)
_MARKS = r"[\s,.!?;:)(*~\-–—…\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d]*"
_SMILEY = re.compile(
    r"[:;=]['-]?[)D(Pp3/|]+|<3|\^_?\^|[xX]D\b|[\u263a-\u2764\U0001f300-\U0001faff][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
)
_CORE = re.compile(rf"(?:{_HELLO}|{_THANKS}|{_BYE})(?![\w'’]){_MARKS}", re.I)
_FILLING = re.compile(rf"(?:{_AROUND})(?![\w'’]){_MARKS}", re.I)

# A greeting before a question: what follows it is set off, or begins as questions do. "Hi-res" and "hello world" stay.
_ADDRESS = r"(?:\s+(?:there|all|everyone|everybody|guys|folks|again|team|friend|bot|assistant|sir|dear|mate|man))?"
_QUESTION_BEGINS = (
    r"what|how|why|when|where|which|who|whose|can|could|would|will|do|does|did|is|are|am|was|were|should|may|please|pls|i|"
    r"i'm|im|i've|my|we|so|and|but|the|a|an|in|if|explain|tell|give|show|define|describe|help|list|compare|quick|one|another|"
    r"just|after|before|while|suppose|for|to|with"
)
_BEFORE = re.compile(
    rf"\s*(?:(?:ok(?:ay)?|oh|great|perfect|nice|cool|awesome)\b[\s,.!]*)?"
    rf"(?:(?:hi+|hello+|hey+a?|hiya|yo|howdy|greetings|good (?:morning|afternoon|evening|day)|bye bye){_ADDRESS}"
    rf"|thanks?(?: you| u)?(?: (?:so|very) much| a lot)?(?: for (?:the|your|that) \w+)?|thx|ty|cheers)"
    rf"(?:\s*[,.!:;…\n–—]+\s*(?:[:;]-?\)\s*)?|\s+-+\s+|\s+(?=(?:{_QUESTION_BEGINS})\b))",
    re.I,
)
_BEHIND = re.compile(
    r"[\s,.!;–—-]*(?<![\w'])(?:many thanks|thanks?(?: you)?|thx|ty|tysm|cheers|please and thank you)"
    r"(?: (?:so much|very much|a lot|in advance|all|everyone|guys|again|for (?:the|your|any) help)){0,2}[\s.!:)]*\Z",
    re.I,
)
TAIL = 80  # characters of the end in which thanks may stand


def is_greeting(message: str) -> bool:
    """Whether a message is nothing but a greeting, thanks, a goodbye or a smile."""
    text = message.strip()
    if len(text) > LONGEST:
        return False
    at, found = 0, False
    text, smiles = _SMILEY.subn(" ", text)
    text = text.strip()
    while at < len(text):
        match = _CORE.match(text, at)
        found = found or match is not None
        match = match or _FILLING.match(text, at)
        if match is None:
            return False
        at = match.end()
    return found or (not text and smiles > 0)


def without_greeting(message: str) -> str:
    """A message without a greeting before it and thanks behind it; as it was when nothing else is said."""
    rest = message
    while (match := _BEFORE.match(rest)) and match.end() < len(rest):
        rest = rest[match.end() :]
    tail = _BEHIND.search(rest, max(0, len(rest) - TAIL))
    if tail:
        rest = rest[: tail.start()] + ("?" if "?" in tail[0] else "")
    rest = rest.strip()
    return rest if any(map(str.isalnum, rest)) and not is_greeting(message) else message


_SAYS_BYE = re.compile(rf"(?:^|\W)(?:{_BYE})(?:\W|$)", re.I)
_SAYS_THANKS = re.compile(rf"(?:^|\W)(?:{_THANKS})(?:\W|$)", re.I)


def greeting_reply(message: str) -> str:
    """One line in return."""
    if _SAYS_BYE.search(message[:LONGEST]):
        return "Goodbye! This chat stays in your browser, so you can go on with it later."
    if _SAYS_THANKS.search(message[:LONGEST]):
        return "You are welcome. Ask on whenever you like."
    return "Hello! Ask me a question about deep learning, such as: What is dropout and what happens at test time?"
