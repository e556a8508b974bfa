"""How well the notes answer: labelled questions, measures, and the fit of the coverage decision."""
