"""The person's own defaults for who sees new items, which stand on the account page."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.forms.sharing import SharingForm


@require_POST
def sharing(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Keep the defaults; a choice that does not exist comes back with a sentence beside it."""
    form = SharingForm(request.POST.dict(), person=request.user)
    is_valid = form.is_valid()
    if is_valid:
        form.save()
    if request.htmx:
        context = {"sharing_form": form, "is_saved": is_valid}
        return render(request, "generations/_sharing.html", context, status=200 if is_valid else 422)
    if not is_valid:
        return HttpResponse(_("This choice does not exist."), status=422)
    messages.success(request, _("Saved."))
    return redirect("account_index")
