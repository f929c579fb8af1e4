"""The stand-in gateway: a real HTTP server that speaks the gateway's protocols and draws what it returns.

It needs no key, no network, no Django and no database of the project, and imports nothing of the project either.
Entry points: :func:`generations.sandbox.app.create_app`, :func:`generations.sandbox.serve.serve`,
:func:`generations.sandbox.store.has_unfinished`, and ``python -m generations.sandbox``.

Words: a *directive* is a bracketed note in a prompt (``[sandbox polls=3]``); a *scenario* is all of a prompt's
directives together; a *switch* is the same for every request and is set through ``/sandbox/control``; the *ledger*
says what was accepted; the *easel* hands drawing to the worker processes.
"""
