"""JSON as it is meant here: numbers exact, no key twice, nothing infinite."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from eduplan.errors import InputError, refuse
from eduplan.textfiles.causes import not_json


def strict_json(text: str) -> object:
    """Return what JSON says, decimals as `Decimal`.

    Args:
        text: the JSON, within bounds (see `check_bounds`).

    Raises:
        InputError: no JSON, with the line; a key twice, with the key as its path; a number that is
            none or too large.

    >>> strict_json('{"hours": 7.5}')
    {'hours': Decimal('7.5')}
    """
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except InputError:
        raise
    except json.JSONDecodeError as error:
        raise InputError([not_json(error)]) from None
    except RecursionError:
        raise refuse("json-too-deep") from None
    except (ValueError, InvalidOperation):  # more digits or a larger exponent than Python reads
        raise refuse("number-too-large") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for key, value in pairs:
        if key in table:
            raise refuse("key-twice", key[:64])
        table[key] = value
    return table


def _no_constant(_: str) -> NoReturn:
    raise refuse("not-finite")
