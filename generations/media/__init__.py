"""Bytes: from the gateway or a person into storage, and back out with ranges.

An *asset* is a stored file with its row. `store` makes assets, `probe` says what a file really is, `thumbnails`
draws what lists show, `download` fetches results, `serve` hands files out, `inputs` sends them to a gateway.
"""
