"""How much of something there is: count, sum, distinct, days, share, with caps."""

from eduplan.measures.gauge import BoundCap, Gauge, LeftOut, Reading
from eduplan.measures.measure import Cap, Measure, Per, Way, as_caps, as_measure

__all__ = [
    "BoundCap",
    "Cap",
    "Gauge",
    "LeftOut",
    "Measure",
    "Per",
    "Reading",
    "Way",
    "as_caps",
    "as_measure",
]
