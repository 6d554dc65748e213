"""Addresses for scripts."""

from __future__ import annotations

from django.urls import path

from tomau.server.oneshot import views

urlpatterns = [
    path("colorize", views.ColorizeView.as_view()),
    path("suggest", views.SuggestView.as_view()),
    path("models", views.ModelsView.as_view()),
]
