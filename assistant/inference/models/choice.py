"""Which model writes the answers here: the choice among the candidates, with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.host import Host
from assistant.core.settings import Settings
from assistant.inference.models.catalog import Candidate, Choice, list_candidates
from assistant.inference.models.named import named_candidate


def choose(settings: Settings, host: Host, hub: bool | None = None) -> Choice:
    """The model to use now, and the better one to get meanwhile, if there is one.

    ``hub`` says whether the model hub answers; None when that is not known yet, and then the better model is tried.
    Raises ModelError when the model that was named cannot be used.
    """
    if settings.model == "none":
        return Choice(None, "ASSISTANT_MODEL is none: answers come from the notes alone.")
    candidates = list_candidates(settings, host, hub)
    now = next((candidate for candidate in candidates if candidate.usable), None)
    if settings.model == "auto":
        return _best(candidates, now)
    named = named_candidate(settings, candidates, host, hub)
    if named.usable:
        return Choice(named, f"ASSISTANT_MODEL names {settings.model}.")
    until = f"{now.info.name} answers" if now else "the notes answer alone"
    reason = f"until {named.info.name} is here, {until}; {named.info.name}: {named.reason}"
    return Choice(now, reason, named, None if now else _meanwhile(candidates, named))


def _best(candidates: Sequence[Candidate], now: Candidate | None) -> Choice:
    before = candidates[: candidates.index(now)] if now else candidates
    better = next((candidate for candidate in before if candidate.plan), None)
    if now is None:
        what = f"{better.info.name}: {better.reason}" if better else f"To get one: {candidates[-1].reason}"
        reason = f"no model can be used here yet, so answers come from the notes alone. {what}"
        return Choice(None, reason, better, _meanwhile(candidates, better))
    first = better or (before[0] if before else None)
    why = f"; {first.info.name}: {first.reason}" if first and first.info.name != now.info.name else ""
    return Choice(now, f"the best that this host can run now{why}", better)


def _meanwhile(candidates: Sequence[Candidate], better: Candidate | None) -> Candidate | None:
    """The small model, when it must be got too and is not what is being got: it is here within seconds."""
    small = candidates[-1]
    return small if small.plan and better is not None and better.info != small.info else None
