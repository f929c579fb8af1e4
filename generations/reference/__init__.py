"""What the API offers, told once: `operations` says it, `document` writes it as OpenAPI, a page shows it to people.

Words: an *operation* is one method at one address; a *difference* is where the studio does not do as the gateway does.
Descriptions are translatable; the document is in English.
"""
