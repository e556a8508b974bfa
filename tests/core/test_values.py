"""What passes from one part to another cannot be changed on the way."""

import ast

from assistant.core.settings import REPOSITORY

# Those that grow while something is written, measured, or talked about.
CHANGING = {"Writing", "Draft", "Exchange", "Chat", "Chats", "_Sent", "Job", "_Job", "_Results"}


def test_every_dataclass_is_frozen_but_those_that_are_meant_to_change():
    changing = set()
    for file in (REPOSITORY / "assistant").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", []):
                written = ast.unparse(decorator)
                if written.startswith("dataclass") and "frozen=True" not in written:
                    changing.add(node.name)
    assert changing == CHANGING
