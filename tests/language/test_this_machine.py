"""A host is this machine by its own words, or it is not this machine."""

import pytest

from earmark.language.this_machine import is_this_machine

SHORT = ["127.1", "2130706433", "0x7f000001", "0.0.0.0"]
LONG = ["127.0.0.1", "127.8.9.1", "::1", "::", "::ffff:127.0.0.1"]
NAMES = ["localhost", "LOCALHOST", "localhost.", "model.localhost"]

OTHER_ADDRESSES = ["192.168.0.2", "10.0.0.1", "169.254.1.1", "128.0.0.1", "::ffff:192.0.2.1"]
LOOK_ALIKES = ["localhost.example.com", "127.0.0.1.example.com", "notlocalhost", "localhost\\", "127.0.0.1 example.com"]


@pytest.mark.parametrize("host", SHORT + LONG + NAMES)
def test_this_machine_has_many_names(host):
    assert is_this_machine(host)


@pytest.mark.parametrize("host", [*OTHER_ADDRESSES, *LOOK_ALIKES, "\uff11\uff12\uff17.0.0.1", "example.com", ""])
def test_what_only_looks_like_it_is_another(host):
    assert not is_this_machine(host)
