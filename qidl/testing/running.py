"""Trying a law on many examples, and saying in one sentence where it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

Draw = Callable[[Any], Any]
"""Draws a value from a Hypothesis strategy."""


def holds(law: Callable[[Draw], None], name: str, examples: int) -> None:
    """Try a law, which draws what it needs, on so many examples.

    :param name: what the law is about
    :raises AssertionError: it does not hold; the message is that of the simplest example found
    """
    from hypothesis import HealthCheck, Phase, given, settings, strategies as st
    from hypothesis.errors import Unsatisfiable

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: Any) -> None:
        law(data.draw)

    try:
        run()
    except AssertionError as error:
        # Without the notes of Hypothesis: the sentence says it all.
        raise AssertionError(str(error)) from error.__cause__
    except Unsatisfiable:
        fail(name, "a QObject that it accepts", "none among those drawn")


def skip() -> NoReturn:
    """Leave this example: it is not one that the law is about."""
    from hypothesis import reject

    reject()


def fail(place: str, expected: object, found: object, *, cause: BaseException | None = None) -> NoReturn:
    """Say what does not hold, in the words of qidl's errors."""
    raise AssertionError(" ".join(f"{place}: expected {expected}, found {found}".split())) from cause


def shown(value: object) -> str:
    """A value as a sentence shows it: short, on one line."""
    text = " ".join(ascii(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
