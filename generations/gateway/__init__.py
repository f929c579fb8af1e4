"""The wire: what leaves for the gateway and what its answers mean.

One resource a module, each a pair of pure functions: build the request, read the answer into a frozen
dataclass. `adapters` lists them by protocol; `client` moves the bytes and nothing else; `errors` opens with
the tree of everything that can go wrong. Writing is strict (exactly the documented fields), reading is
tolerant (several result dialects, four error envelopes). Nothing here retries, sleeps, or knows Django.

Entry points: `adapters.MEDIA_ADAPTERS`, `adapters.CHAT_ADAPTERS`, `client.send`, `client.stream_chat`.
"""
