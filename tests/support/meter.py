"""A meter that counts how often each metric is told of."""

from collections import Counter
from typing import Any

from temporalio.common import MetricAttributes, MetricCommon, MetricCounter, MetricHistogramFloat, MetricMeter


class _Counting(MetricCommon):
    def __init__(self, name: str, counts: Counter[str]) -> None:
        self._name, self._counts = name, counts

    @property
    def name(self) -> str:
        return self._name

    @property
    def description(self) -> str | None:
        return None

    @property
    def unit(self) -> str | None:
        return None

    def with_additional_attributes(self, additional_attributes: MetricAttributes) -> Any:
        return self


class _Counter(_Counting, MetricCounter):
    def add(self, value: int, additional_attributes: MetricAttributes | None = None) -> None:
        self._counts[self._name] += value


class _Histogram(_Counting, MetricHistogramFloat):
    def record(self, value: float, additional_attributes: MetricAttributes | None = None) -> None:
        self._counts[self._name] += 1


class Meter(MetricMeter):
    """Counts how often each metric is told of."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def create_counter(self, name: str, description: str | None = None, unit: str | None = None) -> MetricCounter:
        return _Counter(name, self._counts)

    def create_histogram_float(
        self, name: str, description: str | None = None, unit: str | None = None
    ) -> MetricHistogramFloat:
        return _Histogram(name, self._counts)

    def create_histogram(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    create_histogram_timedelta = create_gauge = create_gauge_float = create_histogram

    def with_additional_attributes(self, additional_attributes: MetricAttributes) -> MetricMeter:
        return self
