"""Addresses of sessions."""

from __future__ import annotations

from django.urls import path

from tomau.server.accounts.views import SessionView

urlpatterns = [path("session", SessionView.as_view())]
