"""Ending sessions: a deactivated person is out at the next request, not at the next expiry."""

from allauth.usersessions.models import UserSession

from accounts.models import User


def end_sessions(user: User) -> int:
    """End every session of a person and return how many there were. Idempotent: yes."""
    ended = 0
    for session in UserSession.objects.filter(user=user):
        session.end()
        ended += 1
    return ended
