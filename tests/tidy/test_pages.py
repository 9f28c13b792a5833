"""What the documentation says is there is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.pages import Page, pages
from tests.tidy.source import DOCS, ROOT, listed

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


def test_every_link_within_the_project_leads_somewhere() -> None:
    known = {page.path: page for page in pages()}
    dead = [
        f"{page.name}: {link}" for page in known.values() for link in page.links() if _dead(page, link, known)
    ]
    assert not dead, listed(dead, "Broken links:")


def _dead(page: Page, link: str, known: dict[Path, Page]) -> bool:
    if ELSEWHERE.match(link):
        return False
    file, _, anchor = link.partition("#")
    target = (page.path.parent / file).resolve() if file else page.path
    if not target.exists() or (target.is_dir() and page.path.is_relative_to(DOCS)):
        return True
    return bool(anchor) and (target not in known or anchor not in known[target].anchors())


def test_a_page_of_the_site_links_only_within_the_site() -> None:
    outside = [
        f"{page.name}: {link}"
        for page in pages()
        if page.path.is_relative_to(DOCS)
        for link in page.links()
        if not ELSEWHERE.match(link) and not link.startswith("#")
        if not (page.path.parent / link.partition("#")[0]).resolve().is_relative_to(DOCS)
    ]
    assert not outside, listed(outside, "The built site has no such file; name it in code instead:")


def test_every_page_is_in_the_navigation() -> None:
    nav = set(re.findall(r"[\w./-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert nav == there, f"missing from mkdocs.yml: {there - nav}; listed and not there: {nav - there}"


def test_every_page_begins_with_one_title() -> None:
    untitled = [
        page.name
        for page in pages()
        if page.path.is_relative_to(DOCS)
        if not page.text.startswith("# ") or len(re.findall(r"^# ", page.prose, re.MULTILINE)) != 1
    ]
    assert not untitled, listed(untitled, "A page has one title, in its first line:")


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    listed_there = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", index))
    assert listed_there == {path.name for path in (DOCS / "decisions").glob("[0-9]*.md")}


def test_every_make_target_in_the_documentation_is_in_the_makefile() -> None:
    targets = set(
        re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    unknown = [
        f"{page.name}: make {target}"
        for page, line in _commands()
        for target in re.findall(r"(?:^|[\s`$])make ([a-z][\w-]*)", line)
        if target not in targets
    ]
    assert not unknown, listed(unknown, "No such target:")


def _commands() -> Iterator[tuple[Page, str]]:
    """Everything that stands as code: lines of blocks, and code within a line."""
    for page in pages():
        for block in page.blocks("bash", "sh", "console", "text", ""):
            for line in block.splitlines():
                yield page, line
        for code in re.findall(r"`([^`\n]+)`", page.prose):
            yield page, code
