"""The gateway's own surface, served by the studio to whoever has a personal API key.

A small ASGI application of its own beside Django's handlers: keys instead of sessions, bytes passed on as they come,
errors in each protocol's envelope, and no more work a request than that needs. It shares models, lifecycle and relay
with the pages; nothing here ever reads a cookie.

Words: a *family* is a protocol's way of saying errors; a *handler* answers one address; a *call* is one paid request
(`relay.calls`); a *passage* is a chat call whose bytes are passed through (`relay.passage`).

Entry points: `application.Api` (what the dispatcher calls), `urls.ROUTES`, `openapi.document`.
"""
