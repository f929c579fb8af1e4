"""What a chaos run has shown: the studio's rows and files beside the gateway's own ledger and files."""

from __future__ import annotations

import datetime
import hashlib
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests import loopback
from tests.chaos.orders import DOUBTFUL, RATE, REFUSED, Order
from tests.chaos.strikes import HITS_A_SUBMIT, Strike
from tests.studio_process import RunningStudio, moment, table

# A lost submit's lease, a round of "slow down", and each try of storing come to their end within this.
STILL_SECONDS = 240
SLACK = datetime.timedelta(seconds=2)
PROGRESS = """
SELECT count(*), (SELECT max(id) FROM generations_generationevent)
  FROM generations_generation WHERE due_at IS NOT NULL
"""
LEFT = """
SELECT status, due_at, poll_count, poll_error_count, store_error_count, failure_detail, prompt
  FROM generations_generation WHERE due_at IS NOT NULL ORDER BY due_at
"""
ROWS = """
SELECT g.id, g.prompt, g.status, g.failure_reason, g.submission_id, g.is_late_success,
       (SELECT count(*) FROM generations_generationevent e
         WHERE e.generation_id = g.id AND e.reason = 'submitted_again'),
       (SELECT count(*) FROM generations_generationevent e
         WHERE e.generation_id = g.id AND e.to_status = 'uncertain'),
       (SELECT claimed_at FROM generations_gatewaytask t WHERE t.generation_id = g.id ORDER BY id DESC LIMIT 1),
       g.changed_at,
       (SELECT task_id FROM generations_gatewaytask t WHERE t.attempt_id = g.attempt_id)
FROM generations_generation g
"""


@dataclass(slots=True)
class Row:
    """One generation as it ended."""

    pk: int
    prompt: str
    status: str
    reason: str
    submission_id: str
    is_late: bool
    chosen_again: int
    doubts: int
    claimed_at: datetime.datetime | None
    changed_at: datetime.datetime
    task_id: str
    files: list[tuple[str, str, int]] = field(default_factory=list)


def settle(studio: RunningStudio) -> float:
    """Wait until no row wants anything any more; return how many seconds that took.

    However slow the machine is, something moves all the time. Raises: AssertionError when nothing does for long.
    """
    began = moved = time.monotonic()
    seen: tuple[object, ...] = ()
    while time.monotonic() - moved < STILL_SECONDS:
        [progress] = studio.query(PROGRESS)
        if progress[0] == 0:
            return time.monotonic() - began
        if progress != seen:
            seen, moved = progress, time.monotonic()
        time.sleep(0.5)
    left = studio.query(LEFT)
    raise AssertionError(f"stuck at {datetime.datetime.now(datetime.UTC)}: {len(left)} rows, the first {left[:20]}")


def read_rows(studio: RunningStudio) -> list[Row]:
    """Return every generation with its stored files."""
    rows = {
        int(str(one[0])): Row(
            pk=int(str(one[0])),
            prompt=str(one[1]),
            status=str(one[2]),
            reason=str(one[3]),
            submission_id=str(one[4]).replace("-", ""),
            is_late=bool(one[5]),
            chosen_again=int(str(one[6])),
            doubts=int(str(one[7])),
            claimed_at=moment(one[8]) if one[8] else None,
            changed_at=moment(one[9]),
            task_id=str(one[10] or ""),
        )
        for one in studio.query(ROWS)
    }
    files = studio.query(
        "SELECT o.generation_id, a.path, a.sha256, a.size_bytes FROM generations_generationoutput o"
        " LEFT JOIN generations_asset a ON a.id = o.asset_id"
    )
    for pk, path, digest, size in files:
        rows[int(str(pk))].files.append((str(path or ""), str(digest or ""), int(str(size or 0))))
    return list(rows.values())


def judge(studio: RunningStudio, *, orders: list[Order], strikes: list[Strike], rows: list[Row]) -> dict[str, int]:
    """Return how many rows break each promise; all zeros is what is wanted."""
    by_submission = {row.submission_id: row for row in rows}
    directives = {order.prompt: order.directive for order in orders}
    accepted = accepted_by_prompt(studio)
    confirmed = [order for order in orders if order.is_confirmed]
    return {
        "doubles": sum(accepted[row.prompt] > 1 + row.chosen_again for row in rows),
        "losses": sum(order.submission_id.replace("-", "") not in by_submission for order in confirmed),
        "rows twice": len(rows) - len({row.prompt for row in rows}),
        "stuck": sum(row.status not in {"completed", "failed", "uncertain", "canceled"} for row in rows),
        "wrong bytes": sum(row.status == "completed" and not _is_whole(studio, row) for row in rows),
        "never accepted, yet completed": sum(row.status == "completed" and not accepted[row.prompt] for row in rows),
        "failed without a reason": sum(
            row.status == "failed" and not _is_honest(row, directives[row.prompt]) for row in rows
        ),
        "uncertain without a doubt": sum(
            row.status == "uncertain" and not _is_in_doubt(row, directives[row.prompt], strikes) for row in rows
        ),
    }


def accepted_by_prompt(studio: RunningStudio) -> Counter[str]:
    """Return how often the gateway accepted each prompt."""
    ledger = loopback.get(f"{studio.sandbox_address}/sandbox/ledger", timeout=30).json()
    return Counter(str(row["prompt"]) for row in ledger)


def show(
    title: str,
    *,
    orders: list[Order],
    strikes: list[Strike],
    rows: list[Row],
    broken: dict[str, int],
    more: Counter[str],
) -> None:
    """Print the run's table."""
    waits = sorted(strike.recovery_seconds for strike in strikes)
    states = Counter(row.status for row in rows)
    figures = [
        ("submits", str(sum(order.is_confirmed for order in orders))),
        ("kills and freezes", str(len(strikes))),
        *((name, str(count)) for name, count in broken.items()),
        *((name, str(states[name])) for name in ("completed", "failed", "canceled")),
        *((name, str(count)) for name, count in more.items()),
        ("recovery p50", f"{statistics.median(waits):.1f} s"),
        ("recovery max", f"{waits[-1]:.1f} s"),
    ]
    table(title, figures)
    by_name: dict[str, list[float]] = {}
    for strike in strikes:
        by_name.setdefault(strike.name, []).append(strike.recovery_seconds)
    table("recovery, longest", [(f"{name} × {len(waits)}", f"{max(waits):.1f} s") for name, waits in by_name.items()])


def _is_whole(studio: RunningStudio, row: Row) -> bool:
    """Tell whether every file of a row lies in storage with the bytes that its own row and the gateway's disk name."""
    if not row.files:
        return False
    digests = set()
    for path, digest, size in row.files:
        content = (studio.data_dir / "media" / path).read_bytes() if path else b""
        if not content or len(content) != size or hashlib.sha256(content).hexdigest() != digest:
            return False
        digests.add(digest)
    made = [_digest(path) for path in (studio.data_dir / "sandbox" / "sandbox-files").glob(f"{row.task_id}*")]
    return not row.task_id or digests <= set(made)


def _is_honest(row: Row, directive: str) -> bool:
    if row.reason == "given_up":
        return True
    return bool(row.reason) and directive in {*REFUSED, RATE}


def _is_in_doubt(row: Row, directive: str, strikes: list[Strike]) -> bool:
    """Tell whether the last attempt's answer can really be unknown: by the gateway's manner, or by a blow to it."""
    if row.task_id or row.claimed_at is None:
        return False
    if directive in DOUBTFUL or directive in {"fail=upstream", "nourl"}:
        # gpt-image-2 has no task: a failure behind the gateway, or no picture, is the answer to the paid call itself.
        return True
    return any(
        strike.hits & HITS_A_SUBMIT
        and strike.began_at - SLACK <= row.changed_at
        and row.claimed_at - SLACK <= strike.ended_at
        for strike in strikes
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
