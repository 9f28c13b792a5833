"""Commands and addresses that the documentation names are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from qianbao.api import schema
from qianbao.api.app import application
from qianbao.api.routes import hot_routes
from qianbao.cli import app
from qianbao.config import Settings
from tests.tidy.pages import Page, pages
from tests.tidy.source import listed


def code() -> Iterator[tuple[Page, str]]:
    """Everything that stands as code: lines of blocks, and code within a line."""
    for page in pages():
        for block in page.blocks("bash", "sh", "console", "text", "http", "python", ""):
            for line in block.splitlines():
                yield page, line
        for text in re.findall(r"`([^`\n]+)`", page.prose):
            yield page, text


def test_every_command_in_the_documentation_is_a_command() -> None:
    root: Any = typer.main.get_command(app)
    unknown = [
        f"{page.name}: qianbao {' '.join(words)}"
        for page, line in code()
        for words in _commands(line)
        if not _exists(root, words)
    ]
    assert not unknown, listed(unknown, "No such command:")


def _commands(line: str) -> Iterator[list[str]]:
    for found in re.finditer(
        r"(?:^|[\s/$(])qianbao(?! import| qianbao)((?: [a-z][a-z-]*)+)(?=$|[\s)])", line
    ):
        yield found.group(1).split()


def _exists(command: Any, words: list[str]) -> bool:
    for word in words:
        if not hasattr(command, "commands"):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True


def test_every_address_in_the_documentation_is_an_endpoint() -> None:
    door = application(Settings(home=Path("/nowhere"), tables={}))
    paths = schema.openapi(door.app, list(hot_routes()))["paths"]
    patterns = [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)) for path in paths]
    unknown = [
        f"{page.name}: {path}"
        for page, line in code()
        for path in re.findall(r"/api/v1((?:/[\w{}$<>.-]+)+)", line)
        if not any(pattern.fullmatch(f"/api/v1{path}") for pattern in patterns)
    ]
    assert not unknown, listed(unknown, "No such endpoint:")
