"""The loop that hands generations to the gateway and follows them: one process a host, one asyncio task.

It decides *when*; `generations.lifecycle` knows *what*. Rows are its queue: `due_at` is schedule and lease at
once, so a crash needs no special code, the row comes due again. Entry point: `loop.run_engine`.
"""
