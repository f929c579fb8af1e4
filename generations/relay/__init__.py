"""Streams of replies: produced by the process, owned by the message, watched by any number of tabs.

Words: a *turn* is a person's message and the reply to it; a *producer* is the task that asks the gateway and
feeds a reply; a *viewer* is one open stream request; the *station* is all of that in one process.

A message is `pending` when its POST has committed. Whoever turns it into `streaming` by a conditional update
(`claims.claim`) makes the one paid call and renews its lease with every flush. Everybody else only reads. A
lease that runs out means that the producer is gone: the reply becomes `interrupted` and keeps its text.

Entry points: `turns` for what people do, `station.watch` for the stream view, `upkeep.start` and
`upkeep.stop` for the process, `markdown.render` for finished text.
"""
