"""The failures that a user may read: one line that says what must hold, what was got and what to do next.

Raised where the fault is known; caught only at the page and at the command line.
"""


class AssistantError(Exception):
    """A failure whose message is written for the person who uses the assistant."""


class SettingsError(AssistantError):
    """A setting has a value that cannot work."""


class NoteError(AssistantError):
    """A note cannot be read or understood."""


class UploadError(AssistantError):
    """A file that was given cannot become a note, or may not be kept."""


class IndexingError(AssistantError):
    """The index cannot be built, read or written."""


class ModelError(AssistantError):
    """A model is missing, damaged, of the wrong kind or too large for this host."""


class Postponed(ModelError):
    """A model cannot be had now, for a reason that passes by itself; trying again later can help."""


class EngineError(AssistantError):
    """A generator that had started can no longer answer."""
