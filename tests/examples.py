"""How many examples tests of strategies look at."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

few = settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
quick = settings(max_examples=3000, database=None, deadline=None, phases=[Phase.generate])
