"""The arithmetic of money, in one place, in `Decimal`."""
