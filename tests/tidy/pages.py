"""The project's Markdown as the lints see it: headings, links and code, without a network."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from tests.tidy.source import DOCS, ROOT

_FENCE = re.compile(r"^( *)(`{3,}|~{3,})([^\n]*)\n(.*?)^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *(?:\{ *#([\w-]+) *\})? *#*$", re.MULTILINE)
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_TARGET = re.compile(r"(?:src|srcset|href)=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Its path within the project."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def prose(self) -> str:
        """The text without code blocks; code within a line stays."""
        return _FENCE.sub("", self.text)

    def blocks(self, *languages: str) -> list[str]:
        """The code blocks of these languages, in order."""
        return [
            body for _, _, info, body in _FENCE.findall(self.text) if (info.split() or [""])[0] in languages
        ]

    def links(self) -> list[str]:
        """The targets of all links and pictures."""
        bare = _CODE.sub("", self.prose)
        return _LINK.findall(bare) + _TARGET.findall(bare)

    def anchors(self) -> set[str]:
        """What may stand after `#`: the site's slugs within docs, GitHub's elsewhere."""
        slug = _site_slug if self.path.is_relative_to(DOCS) else _github_slug
        found: set[str] = set()
        for heading, given in _HEADING.findall(self.prose):
            base = given or slug(re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading))
            name, number = base, 0
            while name in found:
                number += 1
                name = f"{base}_{number}" if slug is _site_slug else f"{base}-{number}"
            found.add(name)
        return found


def _site_slug(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def _github_slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def pages() -> list[Page]:
    """Every Markdown file of the project."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    return [Page(path, path.read_text(encoding="utf-8")) for path in sorted(found)]
