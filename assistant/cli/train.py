"""``train``: the embedder learns from the question book."""

from __future__ import annotations

from pathlib import Path

import click
from tqdm import tqdm

from assistant.cli.options import knowledge_option, settings_for
from assistant.lab.questions.book import read_book, sections_of
from assistant.retrieval.notes.library import read_library
from assistant.retrieval.query.contrast import contrast_questions

CHECKPOINT = Path("training") / "embedder.pt"  # in ASSISTANT_HOME


@click.command()
@knowledge_option
@click.option("--steps", type=click.IntRange(1), help="At most so many; one takes 4 to 7 s. [default: a whole epoch]")
@click.option("--restart", is_flag=True, help="Throw away an interrupted training.")
def train(knowledge: Path | None, steps: int | None, restart: bool) -> None:
    """Tune the embedder on the question book; an interrupted training goes on where it was.

    Afterwards `index --ship` makes all vectors anew and `evaluate --fit` learns again what is covered.
    """
    # Imported here: PyTorch takes seconds.
    from assistant.lab.relevance.batches import Epoch, with_headings
    from assistant.lab.relevance.train_embedder import Training
    from assistant.lab.relevance.train_embedder import train as tune
    from assistant.retrieval.embedding.embedder import packaged_folder
    from assistant.retrieval.embedding.minilm import packaged_fingerprint
    from assistant.retrieval.embedding.tuned_weights import SHIPPED, write_learned

    settings = settings_for(knowledge)
    sections = sections_of(read_library(settings.knowledge).passages)
    epoch = Epoch(with_headings(read_book(), sections), sections, contrast_questions())
    checkpoint = settings.home / CHECKPOINT
    if restart:
        checkpoint.unlink(missing_ok=True)
    with tqdm(total=steps or len(epoch), desc="Learning", disable=None) as bar:

        def report(done: int, total: int, loss: float) -> None:
            bar.total = total
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            bar.update(done - bar.n)

        learned = tune(Training(packaged_folder(), checkpoint, steps), epoch, report)
    write_learned(learned, packaged_fingerprint(packaged_folder()))
    checkpoint.unlink(missing_ok=True)
    click.echo(f"Written to {SHIPPED}. Next: index --ship, then evaluate --fit.")
