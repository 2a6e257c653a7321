"""Test suites of a user's own."""

from __future__ import annotations

import pytest


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite with the plugin, whether the entry point is installed or not."""
    return pytester.runpytest("-p", "no:qidl", "-p", "qidl.pytest_plugin", "-p", "no:cacheprovider", *arguments)
