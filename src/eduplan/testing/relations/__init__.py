"""Metamorphic relations: what may be done to a register without another verdict coming of it.

Whether a relation holds depends on the rule. Splitting a course in two changes nothing where hours
are added up, and much where every record counts at most eight of them. So every rule declares, by
its own data, which relations it keeps, and `check_relations` tries whether it does.
"""

from eduplan.testing.relations.checking import Tried, check_relations
from eduplan.testing.relations.keeping import Relation, relations_broken, relations_kept

__all__ = ["Relation", "Tried", "check_relations", "relations_broken", "relations_kept"]
