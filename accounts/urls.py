"""Addresses of our own account pages; allauth's own follow them in the project's list."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.account_index, name="account_index"),
    path("preferences/", views.preferences, name="preferences"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("setup/<str:token>/", views.first_administrator, name="setup"),
]

# What hangs at the root of the site instead of below /accounts/.
root_urlpatterns = [
    path("session/", views.session, name="session"),
]
