"""How much of something there is: count, sum, distinct, days, share, with caps."""

from eduplan.measures.dated import ADDED_UP, DatedGauge
from eduplan.measures.doubts import Doubts
from eduplan.measures.gauge import Gauge, LeftOut, Range, Reading
from eduplan.measures.limits import BoundCap
from eduplan.measures.measure import Cap, Measure, Per, Way, as_caps, as_measure
from eduplan.measures.tariff import Absence, Factor, Rate, Threshold

__all__ = [
    "ADDED_UP",
    "Absence",
    "BoundCap",
    "Cap",
    "DatedGauge",
    "Doubts",
    "Factor",
    "Gauge",
    "LeftOut",
    "Measure",
    "Per",
    "Range",
    "Rate",
    "Reading",
    "Threshold",
    "Way",
    "as_caps",
    "as_measure",
]
