"""This item for this person, or 404: never 403, which would confirm that the item exists."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from accounts.models import ApiKey, User
from generations.models import Asset, Generation, Message, Purpose, Thread, Visibility


def readable_generation(person: User, public_id: UUID) -> Generation:
    """Return a generation that this person may see.

    Raises: Http404 when there is none, or it is another person's private one.
    """
    found = Generation.objects.visible_to(person.pk).for_card().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def own_generation(person: User, public_id: UUID) -> Generation:
    """Return a generation that this person may change.

    Raises: Http404 when there is none, or it is another person's.
    """
    found = Generation.objects.for_card().filter(owner_id=person.pk, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def readable_thread(person: User, public_id: UUID) -> Thread:
    """Return a thread that this person may read.

    Raises: Http404 when there is none, or it is another person's private one.
    """
    threads = Thread.objects.visible_to(person.pk).filter(purpose=Purpose.CHAT)
    found = threads.select_related("model", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def own_thread(person: User, public_id: UUID) -> Thread:
    """Return a thread that this person may write in.

    Raises: Http404 when there is none, or it is another person's.
    """
    threads = Thread.objects.filter(owner_id=person.pk, purpose=Purpose.CHAT)
    found = threads.select_related("model", "owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def readable_message(person: User, thread_id: UUID, public_id: UUID) -> Message:
    """Return a message of a thread that this person may read.

    Raises: Http404 as for the thread, or when the message is of another thread.
    """
    thread = readable_thread(person, thread_id)
    found = thread.messages.select_related("thread", "model").filter(public_id=public_id, removed_at=None).first()
    if found is None:
        raise Http404
    return found


def own_message(person: User, thread_id: UUID, public_id: UUID, *, role: str = "", is_removed: bool = False) -> Message:
    """Return a message, or one of this role, in a thread that this person may write in.

    Raises: Http404 as for the thread, or when there is none; a deleted one is found only when asked for.
    """
    thread = own_thread(person, thread_id)
    messages = thread.messages.select_related("thread__model", "model", "parent", "remembered_leaf")
    found = messages.filter(public_id=public_id, removed_at__isnull=not is_removed).first()
    if found is None or (role and found.role != role):
        raise Http404
    return found


def watchable_message(person: User, thread_id: UUID, public_id: UUID) -> tuple[int, str]:
    """Return key and status of a message in a thread that this person may read, in one query: a stream waits for it.

    Raises: Http404 when there is none, or the thread is another person's private one.
    """
    threads = Thread.objects.visible_to(person.pk).filter(public_id=thread_id).values("pk")
    messages = Message.objects.filter(public_id=public_id, thread__in=threads, removed_at=None)
    found = messages.values_list("pk", "status").first()
    if found is None:
        raise Http404
    return found


def readable_words(person: User, public_id: UUID) -> Message:
    """Return a message by its id alone, from whichever thread this person may read.

    Raises: Http404 when there is none, or it stands in another person's private thread.
    """
    threads = Thread.objects.visible_to(person.pk)
    found = Message.objects.filter(public_id=public_id, thread__in=threads).first()
    if found is None:
        raise Http404
    return found


def readable_asset(person: User, public_id: UUID) -> Asset:
    """Return an asset that this person may fetch: their own, or one that a visible item shows.

    What lies in another person's trash shows nothing.
    Raises: Http404 when there is none, or no item that this person may see shows it.
    """
    visible = Q(owner_id=person.pk)
    for item in ("made_by__generation", "used_as__generation", "attached_to__message__thread"):
        visible |= Q(**{f"{item}__visibility": Visibility.TEAM, f"{item}__trashed_at__isnull": True})
        visible |= Q(**{f"{item}__owner_id": person.pk})
    asset = Asset.objects.filter(public_id=public_id).first()
    if asset is None or (asset.owner_id != person.pk and not Asset.objects.filter(visible, pk=asset.pk).exists()):
        raise Http404
    return asset


def is_open_for_key(asset: Asset, key_id: UUID) -> bool:
    """Tell whether an address that was given out for an API key still opens a result.

    It does not once the key is revoked or has expired, or the item lies in the trash.
    """
    usable = ApiKey.objects.usable(now=timezone.now()).filter(public_id=key_id, person_id=asset.owner_id)
    return usable.exists() and asset.made_by.filter(generation__trashed_at__isnull=True).exists()
