"""What is read of accounts and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from tomau import __version__
from tomau.server.filming import is_able

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tomau.server.accounts.models import User


def all_users() -> QuerySet[User]:
    """Every account by its name."""
    from tomau.server.accounts.models import User

    return User.objects.order_by("username")


def session_facts(user: User | None) -> dict[str, Any]:
    """What the page has to know before it shows anything."""
    options = settings.OPTIONS
    takes_films = bool(options.max_films) and is_able()
    asked = "token" if options.mode == "single" else "login"
    return {
        "mode": options.mode,
        "user": user,
        "needs": None if user is not None else asked,
        "version": __version__,
        "limits": {
            "max_bytes": options.max_bytes,
            "max_pixels": options.max_pixels,
            "max_files": options.max_files,
            "max_film_bytes": options.max_film_bytes if takes_films else 0,
        },
        "languages": [code for code, _ in settings.LANGUAGES],
    }
