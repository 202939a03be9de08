"""Which hosts are this machine: it decides whether texts are masked, may travel unencrypted, and meet a proxy."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import inet_aton


def is_this_machine(host: str) -> bool:
    """Whether a host of an address is this machine, by its words alone; a name that merely resolves to it is not."""
    name = host.lower().removesuffix(".")
    # No other name may end so (RFC 6761).
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    # Whoever connects to 0.0.0.0 or :: reaches this machine.
    return address is not None and (address.is_loopback or address.is_unspecified)


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(name)
    except ValueError:
        return _short_address(name)
    return getattr(address, "ipv4_mapped", None) or address


def _short_address(name: str) -> IPv4Address | None:
    """``127.1`` and ``2130706433``, as the resolver will read them."""
    # What follows white space is passed over by the resolver's reader, and not by everyone.
    if name.split() != [name]:
        return None
    try:
        return IPv4Address(inet_aton(name))
    except (OSError, ValueError):
        return None
