"""Statements of the Experience API as records: xAPI 1.0.3, and 2.0 (IEEE 9274.1.1)."""

from eduplan.imports.xapi.declared import Identity, Meaning
from eduplan.imports.xapi.reading import Statements, read_xapi

__all__ = ["Identity", "Meaning", "Statements", "read_xapi"]
