"""What changes accounts and sessions."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tomau.errors import UsageError
from tomau.server.accounts.models import User
from tomau.server.errors import ApiError

if TYPE_CHECKING:
    from django.http import HttpRequest

LOCAL_NAME = "local"
_MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def local_user() -> User:
    """The one person of single mode, made at the first call; has no password, is staff."""
    user = User.objects.filter(username=LOCAL_NAME).first()
    if user is not None:
        return user
    user, _ = User.objects.get_or_create(username=LOCAL_NAME, defaults={"is_staff": True})
    return user


def add_user(name: str, password: str, *, staff: bool = False) -> User:
    """Make an account.

    Raises:
        UsageError: the name is taken or is none, or the password is easy to guess.
    """
    user = User(username=name, is_staff=staff)
    try:
        user.clean_fields(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        reasons = " ".join(error.messages)
        raise UsageError(f"the account {name!r} cannot be made: {reasons}") from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise UsageError(f"there is an account {name!r} already; choose another name") from error
    return user


def change_password(name: str, password: str) -> None:
    """Give an account another password; its sessions end.

    Raises:
        UsageError: there is no such account, or the password is easy to guess.
    """
    user = _user_of(name)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UsageError(f"the password cannot be used: {' '.join(error.messages)}") from error
    user.set_password(password)
    user.save(update_fields=["password"])


def remove_user(name: str) -> None:
    """Delete an account with all its photographs, rows and files.

    Raises:
        UsageError: there is no such account.
    """
    from tomau.server.photos.services import delete_photo

    user = _user_of(name)
    for photo in user.photos.all():
        delete_photo(photo)
    user.delete()


def _user_of(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise UsageError(f"there is no account {name!r}; see tomau user list")
    return user


def log_in(request: HttpRequest, name: str, password: str) -> None:
    """Begin a session by name and password.

    Raises:
        ApiError: they do not belong together.
    """
    user = authenticate(request, username=name, password=password)
    if user is None or settings.OPTIONS.mode != "multi":
        raise ApiError(
            400,
            "invalid_login",
            "name and password do not belong together; try again, or ask whoever runs the server",
        )
    login(request, user)


def log_in_by_token(request: HttpRequest, token: str) -> None:
    """Begin a session of single mode by the token that ``tomau serve`` printed.

    Raises:
        ApiError: it is not that token.
    """
    if not is_token(token):
        raise ApiError(
            400,
            "invalid_token",
            "the token is not the one that tomau serve printed at its start; copy it again",
        )
    login(request, local_user(), backend=_MODEL_BACKEND)


def is_token(token: str) -> bool:
    """Whether a text is the start-up token, compared in a time that tells nothing."""
    options = settings.OPTIONS
    if options.mode != "single" or not options.token:
        return False
    return hmac.compare_digest(token.encode(), options.token.encode())


def log_out(request: HttpRequest) -> None:
    """End a session."""
    logout(request)
