"""The journal as a plain model: a batch is claimed, seen, paid and written one plan after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qianbao.ids import Id
from qianbao.journal import Plan
from tests.journal.jar import JarMade, JarSet, JarSip


@dataclass
class Model:
    """Balances that must not fall below zero, day limits, jars, and every command's stored answer."""

    balances: dict[Id, int]
    day_left: dict[Id, int]
    jars: dict[Id, tuple[int, int]]
    answers: dict[Id, tuple[int, str, dict[str, Any]]] = field(default_factory=dict)
    told: list[Id] = field(default_factory=list)

    def batch(self, plans: list[Plan]) -> list[tuple[str, object]]:
        """What each of `plans` gets, sent together in this order; commands differ."""
        said: list[tuple[str, object]] = [("", None)] * len(plans)
        live = {}
        for place, plan in enumerate(plans):
            if (first := self.answers.get(plan.command)) is None:
                live[place] = plan
            elif first[0] != plan.digest:
                said[place] = ("idempotency_key_reused", None)
            elif first[1] == "done":
                said[place] = ("replayed", first[2])
            else:
                said[place] = (first[1], "again")
        for place, word in self._see(live).items():
            said[place] = (word, None)
            if word != "stale":
                self._keep(live[place], word)
            del live[place]
        for place, plan in live.items():
            word = self._pay(plan)
            self._keep(plan, word)
            said[place] = (word, plan.result if word == "done" else None)
            if word == "done":
                self._write(plan)
        return said

    def _see(self, live: dict[int, Plan]) -> dict[int, str]:
        fallen: dict[int, str] = {}
        taken: set[Id] = set()
        for place, plan in live.items():
            for step in plan.steps:
                if isinstance(step, JarSet):
                    if self.jars[step.jar][0] != step.seen or step.jar in taken:
                        fallen[place] = "stale"
                    taken.add(step.jar)
        thirst: dict[Id, int] = {}
        for place, plan in live.items():
            for step in plan.steps:
                if isinstance(step, JarSip) and place not in fallen:
                    thirst[step.jar] = thirst.get(step.jar, 0) + 1
                    if thirst[step.jar] > self.jars[step.jar][1]:
                        fallen[place] = "jar_empty"
        return fallen

    def _pay(self, plan: Plan) -> str:
        balances, left = dict(self.balances), dict(self.day_left)
        for move in plan.transfers:
            if move.debit not in balances or move.credit not in balances:
                return "account_unknown"
            if balances[move.debit] < move.amount:
                return "not_enough"
            if move.spend and left[move.debit] < move.amount:
                return "day_limit_exceeded"
            balances[move.debit] -= move.amount
            balances[move.credit] += move.amount
            if move.spend:
                left[move.debit] -= move.amount
        self.balances, self.day_left = balances, left
        return "done"

    def _write(self, plan: Plan) -> None:
        self.told.append(plan.command)
        for step in plan.steps:
            if isinstance(step, JarMade):
                self.jars[step.jar] = (1, step.level)
            elif isinstance(step, JarSet):
                self.jars[step.jar] = (self.jars[step.jar][0] + 1, step.level)
            elif isinstance(step, JarSip):
                version, full = self.jars[step.jar]
                self.jars[step.jar] = (version, full - 1)

    def _keep(self, plan: Plan, word: str) -> None:
        self.answers[plan.command] = (plan.digest, word, plan.result)
