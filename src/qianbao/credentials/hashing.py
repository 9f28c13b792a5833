"""Argon2 in threads of its own, so that the event loop never stalls; bounded, so that a flood is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from qianbao.credentials.errors import HashingBusy
from qianbao.credentials.rules import Rules


class Hasher:
    """Hashes and verifies secrets (argon2id). One for each process."""

    def __init__(self, rules: Rules) -> None:
        self._argon2 = PasswordHasher(
            time_cost=rules.argon2_time,
            memory_cost=rules.argon2_memory_kib,
            parallelism=rules.argon2_lanes,
            type=Type.ID,
        )
        self._threads = ThreadPoolExecutor(rules.hash_threads, thread_name_prefix="argon2")
        self._waiting = 0
        self._waiting_max = rules.hash_waiting_max
        self._nobody: str | None = None

    async def hash(self, secret: str) -> str:
        """A new hash of `secret`, with its parameters and salt. Raises `HashingBusy`."""
        return await self._run(self._argon2.hash, secret)

    async def verify(self, hash: str, secret: str) -> bool:
        """Whether `secret` is what was hashed. Raises `HashingBusy`."""
        try:
            return await self._run(self._argon2.verify, hash, secret)
        except (VerificationError, InvalidHashError):
            return False

    async def refuse(self, secret: str) -> None:
        """Take as long as `verify` does, for an account that does not exist. Raises `HashingBusy`."""
        if self._nobody is None:
            self._nobody = await self.hash("")
        await self.verify(self._nobody, f"{secret}.")

    def outdated(self, hash: str) -> bool:
        """Whether `hash` was made with other parameters than the rules say now."""
        return self._argon2.check_needs_rehash(hash)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[..., Any], *args: str) -> Any:
        if self._waiting >= self._waiting_max:
            raise HashingBusy()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1
