"""What next: what is still needed, where the pace leads, and which courses to take."""

from eduplan.outlook.remaining import Need, Piece, Remaining, remaining

__all__ = ["Need", "Piece", "Remaining", "remaining"]
