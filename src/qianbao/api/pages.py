"""The three pages: files built from `web/`, served as they are, compressed where the browser takes it.

`/` is the wallet, `/till` the till, `/console` the console. What a page names under its own address is the
page's to show, so a browser that opens `/bills` gets the wallet.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from qianbao.api.errors import RouteUnknown

BUILT: Final = Path(__file__).parent / "built"
"""Where `make pages` puts them; `web/README.md` says how."""

PAGES: Final = {"till": "till.html", "console": "console.html"}
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("application/wasm", ".wasm")


def _file(request: Request, path: Path, cache: str) -> Response:
    taken = request.headers.get("accept-encoding", "")
    media, _ = mimetypes.guess_type(path.name)
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    for encoding, suffix in ENCODINGS:
        packed = path.with_name(path.name + suffix)
        if encoding in taken and packed.exists():
            return FileResponse(packed, media_type=media, headers=headers | {"Content-Encoding": encoding})
    return FileResponse(path, media_type=media, headers=headers)


def _shown(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def asset(request: Request, name: str) -> Response:
    """A file whose name says its content: kept for ever. Raises `RouteUnknown`."""
    path = BUILT / "assets" / name
    if path.parent != BUILT / "assets" or not path.is_file():
        raise RouteUnknown()
    return _file(request, path, FOREVER)


def page(request: Request, path: str) -> Response:
    """A page, or a file that stands beside it. Raises `RouteUnknown`."""
    beside = BUILT / path
    if path and "/" not in path and not path.endswith(".html") and beside.is_file():
        return _file(request, beside, ASK_AGAIN)
    if path.startswith("api/") or not (path == "" or _shown(request)):
        raise RouteUnknown()
    found = BUILT / PAGES.get(path.split("/", 1)[0], "index.html")
    if not found.exists():  # not built: the API and its own page stand without
        return RedirectResponse("/docs")
    return _file(request, found, ASK_AGAIN)


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve what no route has: the application's `default`, so every other address is found before.

    Raises `RouteUnknown`.
    """
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        raise RouteUnknown()
    request = Request(scope, receive)
    path = request.url.path.removeprefix("/")
    folder, _, name = path.partition("/")
    answer = asset(request, name) if folder == "assets" else page(request, path)
    await answer(scope, receive, send)
