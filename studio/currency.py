"""How amounts of money are written: symbol in front, two decimals, more only for what would look free."""

from decimal import Decimal

from django.utils.formats import number_format

SYMBOLS = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "SGD": "S$"}
SMALLEST_USUAL_AMOUNT = Decimal("0.01")


def symbol_of(currency: str) -> str:
    """Return the symbol of an ISO 4217 code; a code without a known symbol stands for itself."""
    return SYMBOLS.get(currency, f"{currency} ")


def format_amount(amount: Decimal, *, currency: str) -> str:
    """Return the amount as people read it, such as "¥5.01"; a fraction of a cent keeps four decimals."""
    is_tiny = Decimal(0) < abs(amount) < SMALLEST_USUAL_AMOUNT
    return symbol_of(currency) + number_format(amount, decimal_pos=4 if is_tiny else 2, force_grouping=True)
