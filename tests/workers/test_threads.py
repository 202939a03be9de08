"""Threads keep the order, read lazily and pass errors on."""

import time

import pytest

from earmark.workers import Threads


def test_results_come_in_the_order_of_the_items_though_the_first_is_slowest():
    assert list(Threads(3).map(lambda delay: (time.sleep(delay), delay)[1], [0.05, 0.0, 0.01])) == [0.05, 0.0, 0.01]


def test_only_a_bounded_window_of_an_endless_input_is_read():
    read = []

    def endless():
        for number in range(10**9):
            read.append(number)
            yield number

    results = Threads(2).map(lambda number: number, endless())
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(read) <= 5 + 2 * 2
    results.close()


def test_an_error_is_raised_where_its_item_stood():
    results = Threads(2).map(lambda number: 1 / number, [1, 0, 2])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
