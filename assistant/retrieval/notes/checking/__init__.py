"""Rules for the form of notes: what a sentence, a section, a note and the folder must be to be quoted well."""
