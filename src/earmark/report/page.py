"""Data to one self-contained HTML page: nothing is loaded from anywhere, and nothing in the data becomes markup."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from earmark.language.untrusted import escaped

_ASSETS = Path(__file__).parent / "assets"
# What would end a script element, or begin a comment in one.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def render(
    template: str,
    page: Any,
    blocks: Mapping[str, Any],
    script: str | None,
    sounds: Mapping[int, bytes] | None = None,
) -> str:
    """Fill a page template.

    Args:
        template: its file name among the assets.
        page: what the template shows; every string in it is escaped.
        blocks: element id to plain values that the script reads as JSON.
        script: file name of the page's own script among the assets; ``None`` for a page that needs none.
        sounds: clip number to MP3 bytes, which the script finds by number.

    Returns:
        The page. Its content security policy lets only its own style and script run, by their hashes, and fetches
        nothing.
    """
    style, code = _asset("page.css"), _asset(script) if script else ""
    return (
        _environment()
        .get_template(template)
        .render(
            page=page,
            policy=_policy(style, code),
            style=Markup(style),  # noqa: S704 - ours, not data
            script=Markup(code),  # noqa: S704 - ours, not data
            blocks={name: json_for_script(value) for name, value in blocks.items()},
            sounds={number: base64.b64encode(sound).decode() for number, sound in (sounds or {}).items()},
        )
    )


def json_for_script(value: Any) -> Markup:
    """Plain values as JSON that can stand in a script element whatever it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(escaped(text).translate(_ESCAPES))  # noqa: S704 - nothing in it can end the element


def ridge(shares: Sequence[float], base: float) -> str:
    """A distribution over -0.4 to 1 as the outline of a hill standing on a base line, as SVG path data.

    Args:
        shares: (bin,) of equal width; the highest reaches 34 units above the base.
        base: where the base line lies.
    """
    top = max(shares) or 1.0
    step = 700 / len(shares)
    points = [(190 + step * (place + 0.5), base - 34 * share / top) for place, share in enumerate(shares)]
    outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f"M190 {base}L{outline}L890 {base}Z"


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: escaped(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = lambda number: f"{number:,}"
    environment.filters["ridge"] = ridge
    return environment
