"""How numbers and dates are written where Django's own habits for a language are not the studio's."""
