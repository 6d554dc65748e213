"""Addresses of surveys."""

from __future__ import annotations

from django.urls import path

from tomau.server.survey import public_views, views

urlpatterns = [
    path("surveys", views.SurveysView.as_view()),
    path("surveys/import", views.ImportView.as_view()),
    path("surveys/<slug:slug>", views.SurveyView.as_view()),
    path("surveys/<slug:slug>/results", views.ResultsView.as_view()),
    path("surveys/<slug:slug>/export.csv", views.ExportCsvView.as_view()),
    path("surveys/<slug:slug>/export.json", views.ExportJsonView.as_view()),
    path("surveys/<slug:slug>/rate", public_views.RateView.as_view()),
    path("surveys/<slug:slug>/rate/<uuid:item>", public_views.VoteView.as_view()),
    path("surveys/<slug:slug>/rate/<uuid:item>/<str:name>.jpg", public_views.PictureView.as_view()),
]
