"""What people order during a chaos run: all kinds of media, some with a fault that the gateway is asked to act out."""

from __future__ import annotations

import contextlib
import datetime
import random
import threading
import time
import uuid
from dataclasses import dataclass, field

import httpx

from tests.studio_process import DATABASE_AWAY, RunningStudio

VIDEO, BANANA, PICTURE = "doubao-seedance-2-0-fast", "nano-banana-fast", "gpt-image-2"
KINDS = [VIDEO] * 5 + [BANANA] * 3 + [PICTURE] * 2
# Answers to the submit that leave a doubt, and those that do not.
DOUBTFUL = frozenset({"drop", "http=500", "html", "badjson"})
REFUSED = frozenset({"http=503", "fail=moderation", "fail=upstream"})
HARMLESS = ("nourl", "goneurl", "cutfile", "dialect=bigmore", "slow=2", "poll=500", "poll=html", "poll=drop")
# A gateway that says "slow down" is obeyed for all rows, so few of these suffice.
RATE = "http=429"
FAULT_SHARE = 0.35
# Long enough for any kill to be overcome; a browser's user would press the button again, too.
PRESS_AGAIN_SECONDS = 150.0
# *Submit again* is offered a minute after the lost attempt's lease.
OFFERED_AFTER = datetime.timedelta(seconds=61)
OFFERED = """
SELECT g.public_id FROM generations_generation g JOIN generations_gatewaytask t ON t.attempt_id = g.attempt_id
 WHERE g.status = 'uncertain' AND t.lease_ends_at < ? ORDER BY g.id
"""
RUNNING = "SELECT public_id FROM generations_generation WHERE status = 'in_progress' ORDER BY id"


@dataclass(slots=True)
class Order:
    """One prompt that was sent until the studio said that it has it."""

    prompt: str
    model: str
    directive: str
    submission_id: str
    is_confirmed: bool = False


@dataclass
class People:
    """Several people who order at a steady rate, and now and then change their minds."""

    studio: RunningStudio
    dice: random.Random
    rate_per_second: float
    most_rate_limited: int
    orders: list[Order] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    rate_limited: int = 0

    def begin(self, clients: list[httpx.Client]) -> list[threading.Thread]:
        """Let each client order in a thread of its own, and the first decide about uncertain ones beside it."""
        began = time.monotonic()
        threads = [threading.Thread(target=self._order, args=(client, began), daemon=True) for client in clients]
        threads.append(threading.Thread(target=self._decide, args=(clients[0],), daemon=True))
        for thread in threads:
            thread.start()
        return threads

    def _order(self, client: httpx.Client, began: float) -> None:
        while not self.is_over.wait(0.02):
            if len(self.orders) < (time.monotonic() - began) * self.rate_per_second:
                self._send(client, self._next())

    def _next(self) -> Order:
        with self.lock:
            model = self.dice.choice(KINDS)
            directive = ""
            if self.dice.random() < FAULT_SHARE:
                faults = [*sorted(DOUBTFUL), *sorted(REFUSED), *HARMLESS]
                if self.rate_limited < self.most_rate_limited:
                    faults.append(RATE)
                directive = self.dice.choice(faults)
                self.rate_limited += directive == RATE
            wait = f"seconds={self.dice.randint(0, 4)}"
            prompt = f"Order {len(self.orders)} {uuid.uuid4().hex} [sandbox tiny {wait} {directive}]"
            order = Order(prompt=prompt, model=model, directive=directive, submission_id=str(uuid.uuid4()))
            self.orders.append(order)
            return order

    def _send(self, client: httpx.Client, order: Order) -> None:
        """Press *Generate*, and press it again with the same form until the studio answers."""
        more = {"duration": "4", "resolution": "480p"} if order.model == VIDEO else {}
        deadline = time.monotonic() + PRESS_AGAIN_SECONDS
        while time.monotonic() < deadline:
            try:
                self.studio.submit(
                    client, prompt=order.prompt, model=order.model, submission_id=order.submission_id, **more
                )
            except httpx.HTTPStatusError as error:
                if error.response.status_code < 500:
                    self.problems.append(f"{order.model}: {error.response.status_code}")
                    return
            except httpx.HTTPError:
                pass
            else:
                order.is_confirmed = True
                return
            time.sleep(0.3)

    def _decide(self, client: httpx.Client) -> None:
        """Submit some uncertain ones again, give some up, and cancel a few that run."""
        while not self.is_over.wait(2.0):
            with contextlib.suppress(*DATABASE_AWAY):
                uncertain, running = self._offered(), self.studio.query(RUNNING)
                wish = self.dice.random()
                if uncertain and wish < 0.7:
                    self._press(client, self.dice.choice(uncertain), "resubmission" if wish < 0.5 else "abandonment")
                elif running and wish > 0.9:
                    self._press(client, self.dice.choice(running), "cancellation")

    def decide_at_the_end(self, client: httpx.Client) -> int:
        """Wait until every uncertain row offers the choice; submit a third again, give a third up; return how many."""
        everything = "SELECT count(*) FROM generations_generation WHERE status = 'uncertain'"
        deadline = time.monotonic() + OFFERED_AFTER.total_seconds() + 10
        while len(self._offered()) < int(str(self.studio.query(everything)[0][0])):
            assert time.monotonic() < deadline, "a row is uncertain, and its choice is never offered"
            time.sleep(0.5)
        offered = self._offered()
        for row in offered[::3]:
            self._press(client, row, "resubmission")
        for row in offered[1::3]:
            self._press(client, row, "abandonment")
        return len(offered[::3])

    def _offered(self) -> list[tuple[object, ...]]:
        return self.studio.query(OFFERED, datetime.datetime.now(datetime.UTC) - OFFERED_AFTER)

    def _press(self, client: httpx.Client, row: tuple[object, ...], step: str) -> None:
        headers = {"X-CSRFToken": client.cookies.get("csrftoken") or "", "Referer": self.studio.address}
        try:
            client.post(f"/g/{uuid.UUID(str(row[0]))}/{step}/", headers=headers)
        except httpx.HTTPError:
            # Nobody answered, so nothing was decided; the row tells if it was.
            return
