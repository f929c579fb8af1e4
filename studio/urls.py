"""Which app answers which address."""

from django.contrib import admin
from django.urls import include, path

from accounts import urls as account_urls
from studio import health, metrics
from studio.favicon import favicon

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include(account_urls.root_urlpatterns)),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("generations.urls")),
]

handler403 = "studio.errors.forbidden"
handler404 = "studio.errors.not_found"
handler500 = "studio.errors.server_error"
