"""Finding and keeping: the timeline that every list reads, and histories to try it with.

`timeline` reads lists by position, `cards` gathers what a row shows, `timing` knows how long things usually take,
`live` tells an open page what changed.
"""
