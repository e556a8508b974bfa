"""The frozen values that flow from a question to its answer, in the order in which they appear."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reference:
    """A published source that a note names in its front matter."""

    author: str
    title: str
    year: int | None
    link: str


@dataclass(frozen=True, slots=True)
class NoteLink:
    """Another note that a note names under "See also"."""

    title: str
    path: str  # below the knowledge folder, with forward slashes


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that stands in a section of the knowledge folder's own notes; it is no part of the section's text."""

    path: str  # below the knowledge folder, with forward slashes
    alt: str  # what it shows, for who cannot see it
    caption: str
    at: int = 0  # characters of the passage's text that stand before it


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of a note: the unit that is embedded, found, put into the prompt and shown as a source."""

    note: str  # path of the note below the knowledge folder, with forward slashes
    title: str
    heading: str  # path of headings, outermost first, joined with " › "; empty for text above the first heading
    line: int  # line of the section's heading in the file, counted from 1
    text: str  # the section's Markdown, its heading and its figures left out
    topics: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def name(self) -> str:
        """Title and heading on one line, as readers see the source."""
        return f"{self.title} › {self.heading}" if self.heading else self.title

    @property
    def section(self) -> str:
        """The section's place, as plans and labels name it: "folder/note.md#Heading"."""
        return f"{self.note}#{self.heading}"


@dataclass(frozen=True, slots=True)
class Note:
    """A file of the knowledge folder, cut into passages."""

    path: str
    title: str
    topics: tuple[str, ...]
    references: tuple[Reference, ...]
    reviewed: str
    sha256: str
    passages: tuple[Passage, ...]
    see_also: tuple[NoteLink, ...] = ()
    volatile: tuple[str, ...] = ()  # headings of sections that hold what changes with the year


@dataclass(frozen=True, slots=True)
class SkippedNote:
    """A file that could not be used, and why: reported by name, never fatal."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found for a question."""

    rank: int  # 1 is the best
    score: float  # how near the question is to the passage and to what learners ask about it, cosines of -1 to 1
    passage: Passage
    votes: tuple[float, ...] = ()  # of learners' questions for its quotable parts: see `AskedQuestions.votes`


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What the notes hold for a question."""

    question: str
    query: str  # what was searched for: the question, for a follow-up with the topic of the turn before
    hits: tuple[Hit, ...]
    covered: bool  # whether the notes answer the question
    confidence: float  # calibrated probability that they do, 0 to 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation and the answer that was given."""

    question: str
    answer: str
    searched_for: str = ""  # the standalone question that was searched; empty where that is not known
    sections: tuple[str, ...] = ()  # "note.md#heading" of the sections that were quoted, best first
    said: tuple[str, ...] = ()  # the sentences of the notes that were shown, as Markdown
    answered: bool = True  # not refused, empty or a greeting: what was not answered is never the subject


@dataclass(frozen=True, slots=True)
class PromptPart:
    """A stretch of the prompt and what it costs, for the picture of the model's window."""

    kind: str  # "instructions", "snippet", "history", "question"
    label: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """The exact text that the model reads, and what was and was not placed in it."""

    text: str
    tokens: int
    window: int  # tokens that the model can hold, prompt and answer together
    reserved: int  # tokens kept free for the answer
    placed: tuple[Hit, ...]
    dropped: tuple[Hit, ...]
    parts: tuple[PromptPart, ...] = ()
    stop: tuple[str, ...] = ()  # texts at which the answer ends
    most: int = 100  # passages that are placed at most for this model, whatever the window holds


@dataclass(frozen=True, slots=True)
class LeadSentence:
    """A sentence of the notes, or a list, table or code block, shown before the generated text, with its source."""

    text: str  # Markdown
    source: int
    gap: str = " "  # white space that stands before it; a new section or block begins a paragraph
    label: str = ""  # number of the question's part that begins here, where the asker numbered them


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence that the model wrote, and what the notes in its prompt say to it."""

    text: str
    source: int | None  # number of the passage that supports it; None when none does
    support: float  # calibrated probability that a passage supports it, 0 to 1
    contradicted: bool = False  # a passage says otherwise, such as another number
    gap: str = " "  # the white space that stood before it in the answer, so that lists stay lists

    @property
    def is_supported(self) -> bool:
        """Whether it may stand in an answer unmarked."""
        return self.source is not None and not self.contradicted


@dataclass(frozen=True, slots=True)
class Piece:
    """What a generator sends while it works: text, or word of where the request stands."""

    text: str = ""
    tokens: int = 0  # tokens generated so far
    ahead: int = 0  # requests that must finish before this one starts
    finish: str = ""  # "", "stop", "length" or "cancelled"
    idle: bool = False  # nothing came for a moment: whoever waits may stop here


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """How a generator describes itself."""

    name: str
    engine: str  # "openvino", "torch", "remote" or "notes"
    window: int  # tokens for prompt and answer together
    chat_template: str = ""  # Jinja source; empty for a base model such as GPT-2
    detail: str = ""  # one plain sentence: device, precision, where it came from
    beams: bool = True  # whether beam search can be asked for


@dataclass(frozen=True, slots=True)
class Told:
    """What a message was taken for, as far as its reader should know."""

    kind: str = "question"  # of message: see `understanding.kinds`
    searched_for: str = ""  # the question after spelling and history
    corrected: tuple[tuple[str, str], ...] = ()  # words that were taken for misspelt: as typed, as searched for
    unknown_terms: tuple[str, ...] = ()  # names in the question that no note holds
    remark: str = ""  # what is said before the notes' own words: "The notes do not mention KRONIX."


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the story: what was said, on which sources, and what it cost."""

    question: str
    text: str
    abstained: bool
    sources: tuple[Hit, ...]
    model: str
    engine: str
    preset: str
    lead: tuple[LeadSentence, ...] = ()
    sentences: tuple[CheckedSentence, ...] = ()  # of the generated text, in its order
    prompt: Prompt | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    seconds_to_retrieve: float = 0.0
    seconds_to_first_token: float | None = None  # None when nothing was generated
    tokens_per_second: float | None = None
    finish: str = "stop"  # "stop", "length", "repeated", "notes" (no generator) or "failed"
    problem: str = ""  # why the generator could not finish, in one line
    told: Told = field(default_factory=Told)
    nearest: tuple[Hit, ...] = field(default=())  # what to read instead when the notes do not cover the question
