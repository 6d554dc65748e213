"""Addresses of jobs."""

from __future__ import annotations

from django.urls import path

from tomau.server.jobs import film_views, views

urlpatterns = [
    path("films", film_views.FilmsView.as_view()),
    path("jobs", views.JobsView.as_view()),
    path("jobs/<uuid:job>", views.JobView.as_view()),
    path("jobs/<uuid:job>/pause", views.PauseView.as_view()),
    path("jobs/<uuid:job>/resume", views.ResumeView.as_view()),
    path("jobs/<uuid:job>/cancel", views.CancelView.as_view()),
    path("jobs/<uuid:job>/film", film_views.FilmView.as_view()),
    path("jobs/<uuid:job>/zip", views.ZipView.as_view()),
]
