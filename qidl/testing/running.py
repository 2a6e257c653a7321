"""Trying a law on many examples, and saying in one sentence where it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from qidl.errors import DeclarationError, QidlError, SchemaError
from qidl.sentences import brief, raised

_NOTE = 2000
"""Characters of an example that are shown beneath a sentence."""


class Draw:
    """Draws values from Hypothesis strategies, and remembers those that a reader wants to see when a law fails."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw
        self.notes: list[str] = []

    def __call__(self, strategy: Any) -> Any:
        return self._draw(strategy)

    def note(self, name: str, value: object) -> None:
        """Remember what was drawn, under a name."""
        text = " ".join(ascii(value).split())
        self.notes.append(f"{name}: {text if len(text) <= _NOTE else f'{text[:_NOTE]}...'}")


def holds(
    law: Callable[[Draw], None],
    name: str,
    examples: int,
    wanted: str,
    place: Callable[[BaseException], str] = lambda error: "",
) -> None:
    """Try a law, which draws what it needs, on so many examples.

    :param name: what the law is about
    :param wanted: what it has to be given examples of, for an error when there are none
    :param place: says where an error comes from that came up while examples were drawn; empty if it does not know
    :raises AssertionError: it does not hold; the message is that of the simplest example found, which is in its notes
    :raises SchemaError: the number of examples is none
    """
    # A reader of pytest's report is to see their own line.
    __tracebackhide__ = True
    from hypothesis import HealthCheck, Phase, Verbosity, given, reject, settings, strategies as st
    from hypothesis.errors import Flaky, Unsatisfiable

    check_examples(examples)
    last = Draw(lambda strategy: None)
    why: BaseException | None = None

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: Any) -> None:
        nonlocal last, why
        last = Draw(data.draw)
        try:
            law(last)
        except _Left as left:
            why = left.args[0]
            reject()

    try:
        run()
    except AssertionError as error:
        # Without the notes of Hypothesis: the sentence says it all.
        raise _noted(AssertionError(str(error)), last) from error.__cause__
    except Unsatisfiable:
        refused = "" if why is None else f", the last of which it refused: {why}"
        fail(name, wanted, f"none among those drawn{refused}", cause=why)
    except Flaky:
        fail(name, "the same each time that the same is tried", "otherwise: something in it hangs on chance or time")
    except DeclarationError:
        raise
    except QidlError as error:
        # Of what cannot be drawn, strategies name the field.
        raise AssertionError(str(error)) from error
    except (Exception, SystemExit) as error:
        # Nothing that a law was held against: the examples could not even be drawn.
        fail(place(error) or name, wanted, raised(error), cause=error)


def check_examples(examples: object) -> None:
    """Refuse what is no number of examples.

    :raises SchemaError: it is none
    """
    if type(examples) is not int or examples < 1:
        raise SchemaError(f"examples: expected 1 or more, found {brief(examples)}")


def _noted(error: AssertionError, draw: Draw) -> AssertionError:
    for note in draw.notes:
        error.add_note(note)
    return error


class _Left(Exception):
    """An example is not one that the law is about."""


def skip(why: BaseException) -> NoReturn:
    """Leave this example: it is not one that the law is about.

    :param why: what refused it, for an error when all are
    """
    raise _Left(why)


def fail(place: str, expected: object, found: object, *, cause: BaseException | None = None) -> NoReturn:
    """Say what does not hold, in the words of qidl's errors."""
    __tracebackhide__ = True
    raise AssertionError(" ".join(f"{place}: expected {expected}, found {found}".split())) from cause
