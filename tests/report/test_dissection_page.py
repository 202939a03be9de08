"""The page of a dissection shows what its tables hold, and nothing in them becomes markup."""

import json
import os
import shutil
from html.parser import HTMLParser

import pytest

from earmark.dissection.describing.descriptions import Description
from earmark.dissection.localisation.tuning import TuningVerdict
from earmark.dissection.verification.verification import Verification
from earmark.errors import InvalidInput
from earmark.evidence import Verdict
from earmark.report.dissection_data import page_data
from earmark.report.dissection_figures import chance, percent
from earmark.report.dissection_page import write_page
from earmark.runs import Manifest, RunFolder

CHROMIUM = "/usr/bin/chromium"
INSTALL = f"{CHROMIUM} is not here: 'apt-get install chromium' brings it."


class Elements(HTMLParser):
    """Every element of a page, its attributes, and the text of the scripts that have an id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.scripts, self.policy = [], [], {}, None
        self._script = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self._script = found.get("id") if tag == "script" else None
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]

    def handle_endtag(self, tag):
        self._script = None

    def handle_data(self, data):
        if self._script:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data


@pytest.fixture(scope="module")
def page(dissected, tmp_path_factory):
    return write_page(dissected, tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture(scope="module")
def elements(page):
    return Elements(page.read_text(encoding="utf-8"))


def test_markup_in_captions_descriptions_concepts_and_names_stays_text(elements, planted):
    kinds = [attributes.get("type") for tag, attributes in elements.tags if tag == "script"]
    assert kinds.count(None) == 1, "the page's own script is the only one that runs"
    assert not [tag for tag, _ in elements.tags if tag == "img"]
    assert not [name for _, attributes in elements.tags for name in attributes if name.startswith("on")]
    neurons = json.loads(elements.scripts["page-data"])["neurons"]
    assert [neuron["text"] for neuron in neurons].count(planted) == 1
    clips = json.loads(elements.scripts["page-data"])["clips"]
    assert [word for clip in clips for word in clip["words"] if word.startswith("<script>")]


def test_a_link_that_is_not_to_the_web_is_no_link(elements):
    links = [attributes["href"] for tag, attributes in elements.tags if tag == "a"]
    urls = [clip["source_url"] for clip in json.loads(elements.scripts["page-data"])["clips"]]
    assert [url for url in urls if url.startswith("javascript:")], "the fault is planted"
    assert links == ["#main"] + [url for url in urls if url.startswith("https://example.com/")]


def test_every_description_and_every_reason_for_silence_is_on_the_page(elements, dissected):
    shown = json.loads(elements.scripts["page-data"])["neurons"]
    kept = dissected.read("descriptions", Description)
    assert [neuron["text"] for neuron in shown] == [one.text for one in kept]
    assert [neuron["failure"] for neuron in shown] == [one.failure for one in kept]


def test_outcomes_and_scores_are_those_of_the_table_of_verdicts(elements, dissected):
    shown = json.loads(elements.scripts["page-data"])
    verdicts = {
        (one.neuron.tap, one.neuron.index): one
        for one in dissected.read("verdicts", Verification)
        if one.subject == "description"
    }
    for neuron in shown["neurons"]:
        kept = verdicts.get((shown["layers"][neuron["layer"]]["name"], neuron["index"]))
        assert neuron["outcome"] == (kept.verdict.outcome if kept else "silent")
        assert neuron["pearson"] == (pytest.approx(kept.pearson, abs=1e-4) if kept else None)
        assert neuron["specific"] == (kept.specific if kept else None)


def test_every_clip_carries_its_author_and_licence(elements):
    clips = json.loads(elements.scripts["page-data"])["clips"]
    assert clips
    assert {(clip["author"], clip["licence"]) for clip in clips} == {("Ann Example", "CC0")}


def test_clips_travel_with_the_page_and_no_audio_leaves_them_out(elements, dissected, tmp_path):
    clips = json.loads(elements.scripts["page-data"])["clips"]
    assert {f"sound-{place}" for place in range(len(clips))} <= set(elements.scripts)
    mute = Elements(write_page(dissected, tmp_path / "mute.html", audio=False).read_text(encoding="utf-8"))
    assert not [name for name in mute.scripts if name.startswith("sound-")]
    assert json.loads(mute.scripts["pictures-data"]) == {}
    reasons = {clip["silence"] for clip in json.loads(mute.scripts["page-data"])["clips"]}
    assert reasons == {"sounds were left out of this page"}


def test_a_clip_that_is_gone_is_named_with_its_reason(make, tmp_path):
    run = make(tmp_path, neurons=6)
    for file in (tmp_path / "clips").glob("*.wav"):
        file.unlink()
    found = Elements(write_page(run, tmp_path / "page.html").read_text(encoding="utf-8"))
    reasons = {clip["silence"] for clip in json.loads(found.scripts["page-data"])["clips"]}
    assert reasons == {"the file is not where it was, or has changed"}


def test_the_page_may_fetch_nothing_and_run_nothing_but_its_own_script(elements):
    assert elements.policy.startswith("default-src 'none';")
    assert "unsafe" not in elements.policy
    sources = [attributes["src"] for _, attributes in elements.tags if "src" in attributes]
    assert sources == []


def test_the_same_run_gives_the_same_page(page, dissected, tmp_path):
    assert write_page(dissected, tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_layers_show_how_an_untrained_twin_did_where_there_is_one(make, tmp_path):
    run = make(tmp_path, neurons=12)
    assert [layer.twin for layer in page_data(run).layers] == [None, None, None]
    rows = [row for row in run.read("verdicts", Verification) if row.neuron.tap.startswith("encoder.layers.1.")]
    run.write("untrained_verdicts", Verification, rows)
    layers = page_data(run).layers
    assert [layer.twin is not None for layer in layers] == [False, True, False]
    assert layers[1].twin == layers[1].scores


def test_a_claim_shows_what_generated_sweeps_say_of_it(make, tmp_path):
    run = make(tmp_path, neurons=6)
    said = run.read("descriptions", Description)[2]
    claim_id = said.claims[0].claim.id
    verdict = Verdict(claim_id=claim_id, outcome="refuted", score=-0.6, judge="tuning curve", reason="the other way.")
    row = TuningVerdict(neuron=said.neuron, attribute="pure", property="noise", verdict=verdict)
    run.write("tuning_verdicts", TuningVerdict, [row])
    shown = [claim.tuning for detail in page_data(run).details for claim in detail.claims if claim.tuning]
    assert [[(one.attribute, one.outcome, one.reason) for one in each] for each in shown] == [
        [("pure", "refuted", "the other way.")]
    ]


def test_chance_is_widest_for_few_recordings_and_centred_on_zero():
    few, many = chance(10), chance(200)
    assert sum(few) > 2 * sum(many)
    assert max(range(70), key=many.__getitem__) in (19, 20)
    assert chance(4) == (1.0,) * 70


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 8, "0%"), (1, 900, "under 1%"), (3, 8, "38%"), (4581, 4592, "over 99%"), (8, 8, "100%")],
)
def test_a_share_is_none_or_all_only_where_it_is(part, whole, said):
    assert percent(part, whole) == said


def test_a_run_of_another_kind_and_one_without_descriptions_are_refused(tmp_path):
    other = RunFolder.create(tmp_path / "copy", Manifest.begin("copywriting", {}, 0))
    early = RunFolder.create(tmp_path / "early", Manifest.begin("dissection", {}, 0))
    with pytest.raises(InvalidInput, match="copywriting"):
        write_page(other, tmp_path / "page.html")
    with pytest.raises(InvalidInput, match="earmark resume"):
        write_page(early, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


@pytest.fixture
def opened(page, dissected):
    """The page in a browser, and what went wrong there."""
    if shutil.which(CHROMIUM) is None:
        (pytest.fail if os.environ.get("EARMARK_REQUIRE_BROWSER") == "1" else pytest.skip)(INSTALL)
    from playwright.sync_api import sync_playwright

    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(page.as_uri())
        yield tab
        assert tab.evaluate("window.caught") is None
        browser.close()
    assert wrong == []


@pytest.mark.slow
def test_in_a_browser_the_page_sorts_filters_opens_and_plays(opened, planted):
    from playwright.sync_api import expect

    numbers = opened.locator("tr.row td[data-of=Pearson]")

    def pearsons():
        said = [text.replace("\u2212", "-").split()[0] for text in numbers.all_inner_texts()]
        return [float(text) for text in said if text != "\u2013"]

    assert pearsons() == sorted(pearsons(), reverse=True)
    opened.get_by_role("button", name="Pearson, 95% interval").click()
    assert pearsons() == sorted(pearsons())

    opened.locator("#outcome").select_option("supported")
    assert set(opened.locator("tr.row .verdict").all_inner_texts()) == {"\u25cf Supported"}
    opened.locator("#outcome").select_option("")
    opened.locator("#query").fill("layers.0.mlp.fc1.act:0")
    expect(opened.locator("#count")).to_have_text("1 of 60 neurons")
    assert opened.locator("tr.row").count() == 1

    opened.locator("tr.row .open").click()
    assert opened.locator("tr.detail .clips .clip").count() == 5
    assert opened.locator("tr.detail .picture .moment").count() == 5
    assert planted in opened.locator("tr.detail .pills").first.inner_text().replace("\n", "\u2028")
    assert "Ann Example, CC0" in opened.locator("tr.detail .credit").first.inner_text()
    button = opened.locator("tr.detail .play button").first
    button.click()
    expect(opened.locator("tr.detail .head").first).to_be_visible()
    assert button.get_attribute("aria-pressed") == "true"


@pytest.mark.slow
def test_in_a_browser_a_narrow_window_needs_no_sideways_scrolling(opened):
    opened.set_viewport_size({"width": 380, "height": 800})
    opened.locator("tr.row .open").first.click()
    assert opened.evaluate("document.documentElement.scrollWidth") == 380
