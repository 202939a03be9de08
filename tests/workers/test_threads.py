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


def test_nothing_is_begun_after_an_error():
    begun = []

    def stumbling(number):
        begun.append(number)
        time.sleep(0.02 * (number + 1))
        if number == 1:
            raise KeyError("the second")
        time.sleep(0.2)

    with pytest.raises(KeyError, match="the second"):
        list(Threads(2).map(stumbling, range(9)))
    assert begun == [0, 1]


def test_an_error_of_the_items_comes_after_the_results_of_those_before_it():
    def broken():
        yield from (1, 2, 3)
        raise KeyError("the fourth")

    results = Threads(2).map(lambda number: number, broken())
    assert [next(results) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(KeyError, match="the fourth"):
        next(results)
