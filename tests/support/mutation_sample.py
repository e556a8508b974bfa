"""Of all mutants of a Cosmic Ray session a sample stays: each file by its size, each place at most once."""

from __future__ import annotations

import random
import re
import sys
from collections import defaultdict

from cosmic_ray.tools.filters.filter_app import FilterApp

# "X | None" in an annotation is never computed; the other changes nothing.
LEFT_OUT = re.compile(r"core/(ReplaceBinaryOperator_BitOr_.*|NoOp)")
LEAST = 4  # of a file


class Sample(FilterApp):
    """Keeps what is drawn."""

    def description(self):
        """For ``--help``."""
        return __doc__

    def add_args(self, parser):
        """The same seed draws the same mutants of the same files."""
        parser.add_argument("--count", type=int, default=360, help="mutants to draw, a few more for small files")
        parser.add_argument("--seed", type=int, default=2026)

    def filter(self, work_db, args):
        """Replace the session's mutants by those that are drawn."""
        items = {item.job_id: item for item in work_db.work_items}
        files = defaultdict(lambda: defaultdict(list))
        for item in items.values():
            mutation = item.mutations[0]
            if not LEFT_OUT.fullmatch(mutation.operator_name):
                place = (mutation.start_pos, mutation.end_pos, mutation.operator_name.split("_")[0])
                mutant = (mutation.operator_name, mutation.occurrence, item.job_id)
                files[str(mutation.module_path)][place].append(mutant)
        total = sum(map(len, files.values()))
        draw = random.Random(args.seed)  # of sorted values: a session's ids are new each time
        kept = []
        for _, places in sorted(files.items()):
            count = min(len(places), max(LEAST, round(args.count * len(places) / total)))
            kept += [draw.choice(sorted(places[place]))[2] for place in draw.sample(sorted(places), count)]
        work_db.clear()
        work_db.add_work_items(items[job_id] for job_id in kept)


if __name__ == "__main__":
    sys.exit(Sample().main())
