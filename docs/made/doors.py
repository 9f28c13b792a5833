"""Pages made from the doors: the HTTP API, the command line, the events that are told."""

from __future__ import annotations

import importlib
from typing import Any

from made.markdown import first_sentence, page, table
from qianbao.api.describe import document
from qianbao.credentials.models import Role


def http_api() -> str:
    """Every endpoint: what it does, who may call it, with which scope, whether it wants a key."""
    by_tag: dict[str, list[tuple[str, ...]]] = {}
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            keyed = any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", ()))
            roles = _who(operation["x-roles"])
            scope = f"`{operation['x-scope']}`" if operation["x-scope"] else ""
            tag = (operation.get("tags") or ["other"])[0]
            does = first_sentence(operation.get("description") or operation["summary"])
            row = (f"`{method.upper()} {path}`", does, roles, scope, "yes" if keyed else "")
            by_tag.setdefault(tag, []).append(row)
    heads = ("endpoint", "does", "who may", "an API key needs", "`Idempotency-Key`")
    parts = [part for tag in sorted(by_tag) for part in (f"## {tag}", table(heads, sorted(by_tag[tag])))]
    return page(
        "HTTP API",
        """
Fields, forms and examples are on the page `/docs` of every installation and in its `/openapi.json`; this is
the overview. Amounts are integers of minor units beside `currency`. Times are RFC 3339. Lists go on by
cursor: send `next_cursor` as `cursor`. A request that moves money carries the header `Idempotency-Key`;
sent again it gets the first answer, with `Idempotency-Replayed: true`. Errors have [stable
codes](errors.md).
""",
        *parts,
        "## Beside the API",
        table(
            ("address", "does"),
            [
                ("`GET /healthz`", "alive"),
                ("`GET /readyz`", "200 when a payment can be taken, else 503"),
                ("`GET /metrics`", "Prometheus; for the machine itself and for operators"),
                ("`GET /openapi.json`", "the API, described"),
                ("`GET /docs`", "the same, to try it out"),
            ],
        ),
    )


def _who(roles: list[str]) -> str:
    """The roles that may call an endpoint, in words."""
    if not roles:
        return "anybody"
    return "everybody signed in" if set(roles) == {role.value for role in Role} else ", ".join(roles)


def command_line() -> str:
    """Every command with its options, as `--help` has them."""
    import typer

    root: Any = typer.main.get_command(importlib.import_module("qianbao.cli").app)
    parts: list[str] = []

    def walk(command: Any, name: str) -> None:
        if hasattr(command, "commands"):
            for inner in sorted(command.commands):
                if not command.commands[inner].hidden:
                    walk(command.commands[inner], f"{name} {inner}")
            return
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        usage = " ".join([name, *(_argument(p) for p in arguments)])
        rows = [
            (f"`{', '.join(p.opts + p.secondary_opts)}`", p.help or "")
            for p in command.params
            if p.param_type_name == "option" and not p.hidden and p.name != "help"
        ]
        parts.extend([f"## {name}", f"`{usage}`", command.help or ""])
        parts.extend([table(("option", "does"), rows)] if rows else [])

    walk(root, "qianbao")
    return page(
        "Command line", "`qianbao --help` and `qianbao COMMAND --help` say the same.", *filter(None, parts)
    )


def _argument(argument: Any) -> str:
    """An argument as a usage line writes it: FILE, [NAME], FILE..."""
    name = (argument.metavar or argument.name.upper()) + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def events() -> str:
    """Every event type with the fields of its data."""
    schemas = importlib.import_module("qianbao.events.schema").schemas()
    parts: list[str] = []
    for kind, whole in schemas.items():
        data = whole["properties"]["data"]
        required = set(data.get("required", ()))
        rows = [
            (
                f"`{name}`",
                _form(field),
                "" if name in required else "may be missing",
                field.get("description", ""),
            )
            for name, field in data.get("properties", {}).items()
        ]
        parts += [f"## {kind}", str(data.get("description") or whole.get("title", ""))]
        parts += [table(("field of `data`", "form", "", "means"), rows)] if rows else []
    return page(
        "Events",
        """
An event says what has happened, in the past tense. It was written in the same transaction as what it tells
of. All events have the same envelope: `id` (the same at every telling: know repeats by it), `type`,
`occurred_at`, `subject` (what it is about; events of one subject come in the order of their effect) and
`data`. Fields may be added at any time: leave aside what you do not know. `GET /api/v1/events/schemas`
gives the JSON Schemas.
""",
        *parts,
    )


def _form(field: dict[str, Any]) -> str:
    """A field's form in a word or two."""
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    kind = field.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    return f"{kind} ({field['format']})" if "format" in field else str(kind)
