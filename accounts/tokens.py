"""One-time tokens: the clear text exists only in a link, the database knows a digest."""

import hashlib
import secrets


def make_token() -> str:
    """Return a new token with 256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return the digest under which a token is stored.

    A plain hash is enough: the token is random, so there is nothing to guess word by word.
    """
    return hashlib.sha256(token.encode()).hexdigest()
