"""Who should attend what, or why some cannot comply: what `eduplan.suggest` answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import attrs

from eduplan.exact import Number, exact, show
from eduplan.messages import Language, Text, say
from eduplan.outlook.courses import Course
from eduplan.records import Record
from eduplan.verdicts.telling import behind

NO_UNIT = Text("", "")


@attrs.frozen(kw_only=True)
class Attendance:
    """A course somebody should attend, and what for.

    Args:
        course: the course.
        serves: what it adds to, of that which is lacking.
    """

    course: Course
    serves: tuple[Text, ...]


@attrs.frozen(kw_only=True)
class Shortage:
    """Why some cannot comply.

    Args:
        code: ``offered`` (of something too little is offered), ``together`` (some requirements
            cannot all be met, for courses take place at the same time), ``alone`` (one cannot, for
            that reason), ``at-odds`` and ``out-of-reach`` (they could not whatever the times, such
            as because of caps and shares) or ``places`` (there are too few places).
        bearers: ids of those who cannot.
        titles: the requirements, or the courses that are full. Of requirements that cannot all be
            met none can be left out: were any one not asked for, the others could be met.
        ids: the ids of the same: of a quota, with a point and the id of the part where it is one
            (of several that may not share an hour joined by a plus); or of the courses.
        lacks: how much of it is lacking, where too little is offered.
        offered: how much is offered at most.
        unit: the unit of both.
    """

    code: str
    bearers: tuple[str, ...] = attrs.field(repr=False)
    titles: tuple[Text, ...] = ()
    ids: tuple[str, ...] = ()
    lacks: Number = 0
    offered: Number = 0
    unit: Text = NO_UNIT

    def message(self, by: date, lang: Language) -> str:
        """Return it as a sentence."""
        return say(
            f"suggest.{self.code}",
            lang,
            count=len(self.bearers),
            title=self.titles,
            titles=self.titles,
            courses=self.titles,
            lacks=show(self.lacks),
            offered=show(self.offered),
            unit=behind(self.unit)[lang],
            by=by,
        )


@attrs.frozen(kw_only=True)
class Passed:
    """A provision that was not looked at, and why.

    Args:
        provision: its id.
        title: what people call it.
        code: why, a key below ``suggest.beyond.`` in the catalogue: ``unanswered``, ``form`` (not
            a quota), ``measure`` (not an amount), ``group``, ``threshold``, ``rank`` (only the
            worthiest count), ``version``, ``kinds``, ``carried`` (caps on what is carried over) or
            ``distinct`` (a part is a share of different things).
    """

    provision: str
    title: Text
    code: str

    def message(self, lang: Language) -> str:
        """Return it as a sentence."""
        return say(f"suggest.beyond.{self.code}", lang, title=self.title)


@attrs.frozen(kw_only=True)
class Suggestion:
    """Who should attend what.

    Args:
        by: the day by which all should comply.
        attend: courses by the ids of those who should attend; who needs none is not among them.
        cost: what all places cost together.
        bound: as many cannot be made to comply for less.
        proved: whether no cheaper way makes as many comply.
        shortages: why some cannot comply, empty where all can.
        unclear: ids of those of whom it is not known where they stand, or whose later bookings
            compete with courses for the room under a cap.
        beyond: the provisions that were not looked at, and why.
    """

    by: date
    attend: Mapping[str, tuple[Attendance, ...]] = attrs.field(repr=False)
    cost: Number
    bound: Number
    proved: bool
    shortages: tuple[Shortage, ...] = ()
    unclear: tuple[str, ...] = attrs.field(default=(), repr=False)
    beyond: tuple[Passed, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether everybody can be made to comply."""
        return not self.shortages

    @property
    def records(self) -> tuple[Record, ...]:
        """The records that would be there if everybody did as suggested."""
        return tuple(
            one.course.record_of(bearer)
            for bearer, several in self.attend.items()
            for one in several
        )

    def explain(self, lang: Language = "en") -> str:
        """Return it in sentences, one a line; bearers stand by their ids."""
        lines = [
            say(
                "suggest.line",
                lang,
                who=bearer,
                courses=tuple(
                    say("suggest.course", lang, title=one.course.name, serves=one.serves)
                    for one in several
                ),
                cost=show(exact(sum(Fraction(one.course.cost) for one in several))),
            )
            for bearer, several in self.attend.items()
        ]
        lines += [shortage.message(self.by, lang) for shortage in self.shortages]
        # What is no quota, or waits for an answer, need not be said every time.
        told = [one for one in self.beyond if one.code not in ("form", "unanswered")]
        lines += [one.message(lang) for one in told]
        if self.unclear:
            lines.append(say("suggest.unclear", lang, count=len(self.unclear)))
        if self.attend:
            total = say("suggest.all", lang, count=len(self.attend), cost=show(self.cost))
            code = "proved" if self.proved else "unproved"
            lines += [total, say(f"suggest.{code}", lang, bound=show(self.bound))]
        elif not self.shortages and not self.unclear:
            waiting = sum(one.code == "unanswered" for one in self.beyond)
            code = "nothing-known" if waiting else "nothing"
            lines.append(say(f"suggest.{code}", lang, count=waiting))
        return "\n".join(lines)
