"""Addresses of surveys."""

from __future__ import annotations

from django.urls import path

from tomau.server.survey import public_views, views

urlpatterns = [
    path("surveys", views.SurveysView.as_view()),
    path("surveys/import", views.ImportView.as_view()),
    path("surveys/<str:slug>", views.SurveyView.as_view()),
    path("surveys/<str:slug>/results", views.ResultsView.as_view()),
    path("surveys/<str:slug>/export.csv", views.ExportCsvView.as_view()),
    path("surveys/<str:slug>/export.json", views.ExportJsonView.as_view()),
    path("surveys/<str:slug>/rate", public_views.RateView.as_view()),
    path("surveys/<str:slug>/rate/<uuid:item>", public_views.VoteView.as_view()),
    path("surveys/<str:slug>/rate/<uuid:item>/<str:name>.jpg", public_views.PictureView.as_view()),
]
