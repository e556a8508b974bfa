"""Files of NumPy arrays that travel with the program, and what is raised where one is damaged."""

from __future__ import annotations

from zipfile import BadZipFile

# By `np.load` and by looking up and converting what it gives; EOFError: an empty file.
UNREADABLE = (OSError, ValueError, KeyError, EOFError, BadZipFile)
