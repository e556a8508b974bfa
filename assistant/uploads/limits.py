"""How much of a host an upload may take. Every figure is tested by a file that passes it and one that does not."""

from __future__ import annotations

MIB = 2**20
FILE_BYTES = 5 * MIB  # of one file; `server.maxUploadSize` in .streamlit/config.toml is the same
PARSE_SECONDS = 5.0  # wall clock for one file, once the parser is loaded
READERS = 2  # processes that read files at once, for all visitors
START_SECONDS = 60.0  # for the parser to load; a free host may have a tenth of a core
READY = b"READY\n"  # what the limited process says when it has loaded its parsers
PARSE_MEMORY = 150 * MIB  # beyond what the process holds before it reads a file
PAGES = 300  # of a PDF
UNPACKED_BYTES = 100 * MIB  # declared by all members of a zip container, such as a Word file
UNPACKED_PART_BYTES = 20 * MIB  # declared by one XML part of it
MEMBERS = 2_000  # of a zip container
TEXT_CHARACTERS = 2_000_000  # of the Markdown that a file becomes
PASSAGES = 1_000  # of one file: 100,000 to 200,000 words
PASSAGE_CHARACTERS = 20_000  # of one passage: passages are cut at words, and a word may have no end
HEADING_CHARACTERS = 2_000  # of a heading with those above it, which each passage below repeats
NAME_CHARACTERS = 120  # of the given name that are kept for display
TITLE_CHARACTERS = 200

SESSION_RECEIVED_BYTES = 40 * MIB  # that one visitor's browser has sent and the page has not read
RECEIVED_BYTES = 120 * MIB  # the same of all visitors together
OPEN_QUESTIONS = 5  # files of one visitor that wait for "replace or keep both?", whole notes each
SESSION_FILES = 20  # of one visitor, where uploads are private
SESSION_PASSAGES = 1_500
CHARACTERS_A_PASSAGE = 3_000  # a longer one counts as several: 200 words have some 1,300
PROCESS_PASSAGES = 30_000  # of all visitors together: about 100 MB of text and vectors
FOLDER_FILES = 1_000  # in knowledge/uploads
FOLDER_BYTES = 200 * MIB
