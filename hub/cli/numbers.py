"""Whole numbers as people write them."""

import re
from collections.abc import Sequence
from typing import Annotated, TypeAlias

from cyclopts import Parameter, Token, ValidationError

_WANTED = "Expected a whole number of at most 100 digits."


def _whole(_: type, tokens: Sequence[Token]) -> int:
    [said] = tokens
    if not re.fullmatch(r"-?\d{1,100}", said.value, re.ASCII):
        raise ValidationError(value=said.value, exception_message=_WANTED)
    return int(said.value)


#: A whole number in decimal digits, where `int` alone would take 1.5 for 2, 0x10 for 16 and 1_0 for 10. Which
#: is too small or too large, one below zero as well, is said by who is asked to do something with it.
Whole: TypeAlias = Annotated[int, Parameter(converter=_whole)]
