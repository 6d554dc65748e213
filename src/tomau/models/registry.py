"""Names to networks: a decorator puts a factory into a registry, ``create`` calls it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Generic, TypeVar

from tomau.errors import UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """A named set of factories whose errors help the person who mistyped a name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._factories: dict[str, Callable[..., T]] = {}

    def register(self, name: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
        """Return a decorator that enters a factory under ``name``."""

        def enter(factory: Callable[..., T]) -> Callable[..., T]:
            if name in self._factories:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._factories[name] = factory
            return factory

        return enter

    def create(self, name: str, **options: object) -> T:
        """Build what ``name`` stands for.

        Raises:
            UsageError: the name is unknown; the message lists the nearest and all names.
        """
        if name not in self._factories:
            near = difflib.get_close_matches(name, self._factories, n=3)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise UsageError(
                f"unknown {self.kind} {name!r}; {hint}expected one of {', '.join(self.names())}"
            )
        return self._factories[name](**options)

    def names(self) -> list[str]:
        """Return all registered names, sorted."""
        return sorted(self._factories)
