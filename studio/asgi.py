"""The web process: one ASGI application with a threaded half, a half on the event loop, and the API beside both.

Ordinary pages, fragments and static files go to Django's WSGI handler in a bounded pool of threads, each with its own
lasting database connection: about twice the requests a second of Django's ASGI handler, which starts a thread and a
connection for every synchronous view. Media and uploads go to the ASGI handler, streams of events to a leaner one of
our own; the API has an application of its own, which knows keys and no sessions.
"""

import os
from importlib import import_module
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application

from studio.dispatcher import Dispatcher, Limits
from studio.processes import die_with_parent
from studio.streaming import StreamHandler
from studio.visitors import look_up_visitor
from studio.wsgi import application as wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

THREADS = 8

if os.environ.get("STUDIO_SUPERVISED"):
    die_with_parent()

# Django's handler returns a response, which is iterable; the bridge's types say only "iterable of bytes".
_threaded: Any = wsgi_application

# Its modules need Django's models, which are ready only now.
_api: Any = import_module("generations.api.application")

application = Dispatcher(
    threads=WSGIMiddleware(_threaded, workers=THREADS),
    loop=get_asgi_application(),
    streams=StreamHandler(),
    api=_api.Api(),
    limits=Limits(max_upload_bytes=settings.MAX_UPLOAD_BYTES, trusted_proxies=settings.TRUSTED_PROXIES),
    find_visitor=look_up_visitor,
)
