"""What a reply used and costs: the gateway's own figures where it named them, else an estimate that says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from generations.gateway.types import ChatOrder, ChatUsage
from generations.ledger.prices import charge_chat
from generations.models import CatalogModel, Message
from generations.relay.context import estimate_tokens, input_tokens

Amount = TypeVar("Amount", int, Decimal)


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and money of one reply. None where nothing was used that anybody could estimate."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    is_estimated: bool = False
    charge_amount: Decimal | None = None

    def plus(self, other: Spent) -> Spent:
        """Return both together: a reply that went on has made more than one call."""
        return Spent(
            input_tokens=_sum(self.input_tokens, other.input_tokens),
            output_tokens=_sum(self.output_tokens, other.output_tokens),
            is_estimated=self.is_estimated or other.is_estimated,
            charge_amount=_sum(self.charge_amount, other.charge_amount),
        )


NOTHING = Spent()


def of_earlier_calls(message: Message) -> Spent:
    """Return what the calls of a reply before the present one have used."""
    return Spent(message.input_tokens, message.output_tokens, message.is_usage_estimated, message.charge_amount)


def of_call(model: CatalogModel, order: ChatOrder, *, usage: ChatUsage | None, has_finished: bool, said: str) -> Spent:
    """Return what one call used. `said` is all that it brought, reasoning included.

    A call that the gateway refused before the first word costs nothing that anybody could estimate. Figures that came
    before the model had finished count what had been said by then.
    """
    if usage is None and not said:
        return NOTHING
    is_counted = usage is not None and has_finished
    tokens_in = usage.input_tokens if usage else input_tokens(order)
    tokens_out = usage.output_tokens if usage else 0
    if not is_counted:
        tokens_out = max(tokens_out, estimate_tokens(said))
    return Spent(
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        is_estimated=not is_counted,
        charge_amount=charge_chat(model, input_tokens=tokens_in, output_tokens=tokens_out),
    )


def _sum(one: Amount | None, other: Amount | None) -> Amount | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other
