"""Simplified Chinese: thousands by threes with a comma, as on bills, and air between figures and characters."""

DATE_FORMAT = "Y 年 n 月 j 日"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y 年 n 月 j 日 H:i"
YEAR_MONTH_FORMAT = "Y 年 n 月"
MONTH_DAY_FORMAT = "n 月 j 日"
SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
