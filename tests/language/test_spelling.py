import pytest

from earmark.language.letters import in_plain_letters
from earmark.language.spelling import as_meant

LOOKALIKES = {
    "acute": "wasn\u00b4t", "backtick": "wasn`t", "left quote": "wasn\u2018t", "modifier": "wasn\u02bct",
    "prime": "wasn\u2032t", "full width": "wasn\uff07t", "spaced": "wasn \u02bc t", "doubled": "wasn''t",
    "quotation mark": 'wasn"t', "question mark": "wasn?t", "star": "wasn*t", "semicolon": "wasn;t", "lost": "wasn t",
    "replaced": "wasn\ufffdt", "replaced byte by byte": "wasn\ufffd\ufffd\ufffdt", "escaped": "wasn\\'t",
    "escaped twice": "wasn\\\\\\'t", "escaped as a code": "wasn\\u0027t",
    "entity": "wasn&#39;t", "entity of an entity": "wasn&amp;amp;#39;t", "entity that lost its ends": "wasn#39;t",
    "percent": "wasn%27t", "Mac Roman read as Windows-1252": "wasn\u00d5t",
    "Windows-1252 read as Mac Roman": "wasn\u00edt",
    "left out": "wasnt", "moved": "was'nt", "apart": "was n't", "soft hyphen": "wasn\u00adt", "no-break": "wasn\u00a0t",
    "zero width": "was\u200bn't", "combining mark": "wasn\u0301t", "doubled letter": "wasnn't",
    "Cyrillic letter": "w\u0430sn't", "mathematical letters": "\U0001d430\U0001d41a\U0001d42c\U0001d427'\U0001d42d",
}  # fmt: skip


@pytest.mark.parametrize("written", LOOKALIKES.values(), ids=LOOKALIKES.keys())
def test_every_way_to_type_a_denial_is_one(written: str) -> None:
    assert as_meant(f"The bread {written} fresh.") == "The bread wasn't fresh."


AUXILIARIES = "is are were do does did has have had ca could would should wo sha need must ai"


@pytest.mark.parametrize("denial", [f"{auxiliary}n't" for auxiliary in AUXILIARIES.split(" ")])
def test_every_auxiliary_is_known_in_any_case(denial: str) -> None:
    for word in (denial, denial.upper(), denial.capitalize()):
        assert as_meant(word.replace("'", "\u00b4")) == word
        assert as_meant(word.replace("'", " ")) == word
        assert as_meant(word.replace("'", "")) == word


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("It\u00b4s fine, they`re kind", "It's fine, they're kind"),
        ("The room wasnot clean", "The room was not clean"),
        ("Warm &not fresh", "Warm & not fresh"),
        ("wasn\u00e2\u20ac\u2122t, caf\u00c3\u00a9", "wasn\u2019t, caf\u00e9"),
        ("wasn\\xe2\\x80\\x99t", "wasn\u2019t"),
        ("fresh \\ud83d\\ude00, 4\\/5, \\\"so\\\"", 'fresh \U0001f600, 4/5, "so"'),
        ("wasn&rsquo;t", "wasn\u2019t"),
        ("The bread was N.O.T fresh, n o t at all", "The bread was NOT fresh, not at all"),
        ("The bread was \u00ac fresh", "The bread was not fresh"),
        ("The bread was \u0274\u1d0f\u1d1b fresh", "The bread was not fresh"),
    ],
)  # fmt: skip
def test_what_exports_did_to_a_text_is_undone(written: str, meant: str) -> None:
    assert as_meant(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "wasn\u2019t", "can't", "cannot", "We won t-shirts", "Don. T was kind", "IS NT$500", "a safe haven to rest",
        "said \u2018fresh\u2019 bread", "na\u00efve caf\u00e9", "\u0445\u043b\u0435\u0431", "do not", "He is an ant",
    ],
)  # fmt: skip
def test_what_is_meant_as_it_stands_stays(text: str) -> None:
    assert as_meant(text) == text


@pytest.mark.parametrize("written", [*LOOKALIKES.values(), "w&amp;amp;#39;s", "isnt'"])
def test_folding_twice_changes_nothing(written: str) -> None:
    assert as_meant(as_meant(written)) == as_meant(written)


def test_what_is_struck_through_is_not_said() -> None:
    assert in_plain_letters("The bread was f\u0336r\u0336e\u0336s\u0336h\u0336 stale.") == "The bread was stale."
