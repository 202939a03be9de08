"""A host is this machine by its own words, or it is not this machine."""

import pytest

from earmark.language.this_machine import is_this_machine


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "model.localhost",
        "127.0.0.1",
        "127.8.9.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "::1",
        "::",
        "::ffff:127.0.0.1",
    ],
)
def test_this_machine_has_many_names(host):
    assert is_this_machine(host)


def test_nor_is_an_address_with_something_behind_it():
    assert not is_this_machine("127.0.0.1 example.com")
    assert not is_this_machine("")


@pytest.mark.parametrize(
    "host",
    [
        "localhost.example.com",
        "127.0.0.1.example.com",
        "notlocalhost",
        "192.168.0.2",
        "10.0.0.1",
        "169.254.1.1",
        "128.0.0.1",
        "example.com",
        "::ffff:192.0.2.1",
        "localhost\\",
        "１２７.0.0.1",
        ":",
    ],
)
def test_what_only_looks_like_it_is_another(host):
    assert not is_this_machine(host)
