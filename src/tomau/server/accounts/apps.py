"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts and login."""

    name = "tomau.server.accounts"
    label = "accounts"
