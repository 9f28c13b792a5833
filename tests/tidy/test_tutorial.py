"""The tutorial and the how-tos are executed as they stand, and answer as they say."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from qianbao.events.webhook.client import Letter, signatures
from tests.live import Live
from tests.tidy.pages import Page, pages

CUT = "=== next block ==="
PASSING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # an id
    r"|\d{4}-\d\d-\d\dT[\d:.]+Z"  # a time
    r"|\b1[34]\d{16}\b"  # a payer's code
    r"|\b(\w+-)?order-\d+"  # a number of one's own
    r"|\b[0-9a-f]+-[0-9a-f]{8}-[0-9a-f]+\b"  # a request's id
)


def steps(text: str) -> list[tuple[str, str, str]]:
    """(commands, language, what they answer) of a page, in order; no answer shown: two empty texts."""
    block = r"```bash\n(.*?)^```\n(?:\n```(json|text)\n(.*?)^```\n)?"
    return re.findall(block, text, re.MULTILINE | re.DOTALL)


def shell(house: Live, folder: Path, script: str, **more: str) -> str:
    """What a script of the documentation says, run on the installation."""
    script = script.replace("http://localhost:8088", house.url)
    script = re.sub(r"(?:\.venv/bin/)?\bqianbao (?=[a-z])", f"{sys.executable} -m qianbao.cli ", script)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**house.environ, **more},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def page(name: str) -> Page:
    """A page by its path within docs/."""
    [found] = [page for page in pages() if page.name == f"docs/{name}"]
    return found


def test_the_tutorial_does_what_it_says(house: Live, tmp_path: Path) -> None:
    told = steps(page("tutorial/first-payment.md").text)
    script = f"\necho '{CUT}'\n".join(commands for commands, _, _ in told)
    answers = shell(house, tmp_path, script).split(f"{CUT}\n")
    assert len(answers) == len(told)
    for (commands, language, shown), answer in zip(told, answers, strict=True):
        if language == "json":
            assert lasting(json.loads(answer)) == lasting(json.loads(shown)), commands
        elif language == "text":
            assert answer.strip() == shown.strip(), commands


def test_a_till_charges_a_code_as_it_is_written(house: Live, tmp_path: Path) -> None:
    logins = house.logins()
    person = logins["person"]
    asked = json.dumps({"login": person["login"], "password": person["password"]})
    sign_in = f"curl -s -c person.jar $Q/api/v1/sessions -H 'Content-Type: application/json' -d '{asked}'"
    known = {"Q": house.url, "KEY": logins["owner"]["api_key"], "WALLET": person["wallet"]}
    shell(house, tmp_path, sign_in, **known)
    for commands, language, shown in steps(page("how-to/charge-a-code.md").text):
        answer = json.loads(shell(house, tmp_path, commands, **known))
        known["CODE"] = answer.get("code", known.get("CODE", ""))
        assert language == "json"
        assert lasting(answer) == lasting(json.loads(shown)), commands


def test_a_merchants_program_works_as_it_is_written(house: Live) -> None:
    environ = {"QIANBAO_URL": house.url, "QIANBAO_KEY": house.logins()["owner"]["api_key"]}
    program = "\n\n".join(page("how-to/integrate-a-merchant.md").blocks("python"))
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, env={**house.environ, **environ}, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()


def test_a_webhook_is_verified_as_it_is_written() -> None:
    secret = bytes(range(32))
    now, body = time.time_ns(), b'{"type": "trade.paid"}'
    letter = Letter(url="https://shop.example/", event="e-1", body=body, secrets=(secret,))
    verification, _ = page("how-to/receive-webhooks.md").blocks("python")
    os.environ["WEBHOOK_SECRET"] = f"whsec_{base64.b64encode(secret).decode()}"
    names: dict[str, Any] = {}
    exec(compile(verification, "receive-webhooks.md", "exec"), names)  # noqa: S102 - our own documentation
    genuine, headers = names["genuine"], signatures(letter, now=now)
    assert genuine(headers, body)
    assert not genuine(headers, body + b" ")
    assert not genuine({**headers, "webhook-timestamp": str(now // 10**9 - 1000)}, body)


def test_an_operator_is_added_and_the_whole_is_kept_as_it_is_written(house: Live, tmp_path: Path) -> None:
    secret = "echo 'correct horse battery' | "
    add, sign_in = (commands for commands, _, _ in steps(page("how-to/add-an-operator.md").text))
    shell(house, tmp_path, re.sub(r"^(?=qianbao)", secret, add, flags=re.MULTILINE))
    assert json.loads(shell(house, tmp_path, sign_in, Q=house.url))["role"] == "operator"
    keep, restore, check = (commands for commands, _, _ in steps(page("how-to/back-up-and-restore.md").text))
    assert "Kept in city.backup" in shell(house, tmp_path, keep)
    assert "Restored" in shell(house, tmp_path, restore.replace("/srv/qianbao", str(tmp_path / "elsewhere")))
    assert "sound" in shell(house, tmp_path, check)


def lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer with what differs from run to run (ids, times, codes) taken out."""
    return {
        name: PASSING.sub("…", value) if isinstance(value, str) else value for name, value in answer.items()
    }
