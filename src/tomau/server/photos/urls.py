"""Addresses of photographs and versions."""

from __future__ import annotations

from django.urls import path

from tomau.server.photos import views

urlpatterns = [
    path("photos", views.PhotosView.as_view()),
    path("photos/<uuid:photo>", views.PhotoView.as_view()),
    path("photos/<uuid:photo>/original", views.OriginalView.as_view()),
    path("photos/<uuid:photo>/view", views.LookView.as_view()),
    path("photos/<uuid:photo>/preview", views.PreviewView.as_view()),
    path("photos/<uuid:photo>/suggest", views.SuggestView.as_view()),
    path("photos/<uuid:photo>/versions", views.VersionsView.as_view()),
    path("versions/<uuid:version>", views.VersionView.as_view()),
    path("versions/<uuid:version>/picture", views.PictureView.as_view()),
]
