"""Assets for staff: what is stored, whose it is, and where it was used. Files open through the studio's own view."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from generations import wiring
from generations.admin.paging import LargeTableAdmin
from generations.clock import database_now
from generations.media import inputs
from generations.models import Asset


@admin.register(Asset)
class AssetAdmin(LargeTableAdmin):
    """Stored files."""

    list_display = ("public_id", "media", "origin", "owner", "pixels", "size", "created_at")
    list_filter = ("media", "origin", "created_at")
    list_select_related = ("owner",)
    search_fields = ("public_id", "sha256", "original_name", "owner__username")
    ordering = ("-id",)
    fields = (
        "public_id", "owner", "origin", "media", "mime", "file", "original_name", "size", "sha256", "pixels",
        "duration_ms", "frame_rate", "has_sound", "created_at",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("send_through_library",)

    @admin.action(description=_("Send through the gateway's asset library (for faces of real people)"))
    def send_through_library(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Note that the chosen files go to the present gateway as `asset://…` from now on."""
        endpoint = wiring.gateway_endpoint()
        if not inputs.reachable_base_url(endpoint):
            words = gettext("The library fetches files from an address: STUDIO_PUBLIC_URL must be set first.")
            self.message_user(request, words, messages.ERROR)
            return
        now = database_now()
        for asset in queryset:
            inputs.enroll(asset, endpoint=endpoint, now=now)
        count = len(queryset)
        words = ngettext("%(count)s file goes through the library.", "%(count)s files go through the library.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    @admin.display(description=_("size"), ordering="size_bytes")
    def size(self, asset: Asset) -> str:
        """Return the file's size in words."""
        return filesizeformat(asset.size_bytes)

    @admin.display(description=_("pixels"))
    def pixels(self, asset: Asset) -> str:
        """Return width × height."""
        return f"{asset.width} × {asset.height}" if asset.width else "–"

    @admin.display(description=_("file"))
    def file(self, asset: Asset) -> SafeString:
        """Return a link to the file, which checks access as for everyone."""
        address = reverse("asset_media", args=[asset.public_id, "original"])
        return format_html('<a href="{}">{}</a>', address, asset.mime)
