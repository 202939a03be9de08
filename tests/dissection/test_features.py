"""How well a clip fits a phrase: by its own words and by those of clips like it, never by its own source's."""

import numpy as np
import pytest

from earmark.dissection.acoustics import Measures
from earmark.dissection.describing.descriptions import Phrase
from earmark.dissection.describing.features import build_features
from earmark.dissection.describing.phrases import candidate_phrases


def rebuilt(scene, said, measures=None):
    """The scene with other captions; ``said`` maps rows to texts, other clips keep theirs, ``None`` takes it away."""
    captions = [
        caption.model_copy(update={"text": said.get(row, caption.text)})
        for row, caption in enumerate(scene.captions)
        if said.get(row, "") is not None
    ]
    return build_features(scene.clip_set, captions, measures, scene.embedder)


def test_fits_have_zero_mean_and_unit_deviation_over_shown_clips(scene):
    shown = scene.features.fits[scene.features.is_shown]
    assert shown.mean(0) == pytest.approx(0, abs=1e-5)
    assert shown.std(0) == pytest.approx(1, abs=1e-4)


def test_a_clip_is_never_spoken_for_by_its_own_source(scene):
    shown = np.flatnonzero(scene.features.is_shown)
    first, sibling, stranger = shown[0], shown[1], shown[3]
    assert scene.features.groups[first] == scene.features.groups[sibling] != scene.features.groups[stranger]
    features = rebuilt(scene, {int(first): "zebra", int(sibling): None, int(stranger): None})
    fit = features.fit(["zebra"])[:, 0]
    assert fit.argmax() == first
    assert fit[sibling] < fit[stranger]


def test_a_clip_without_words_is_spoken_for_by_clips_that_sound_like_it(scene):
    pitch = {"dog": 400.0, "bell": 900.0, "rain": 150.0, "engine": 60.0, "bird": 3000.0, "baby": 600.0}
    rng = np.random.default_rng(0)
    measures = [
        Measures(pitch_hz=pitch[label] * rng.uniform(0.95, 1.05), loudness_db=-20 + rng.normal())
        for label in scene.labels.tolist()
    ]
    birds = np.flatnonzero(scene.labels == "bird")
    features = rebuilt(scene, {int(birds[0]): None}, measures)
    fits = features.fit(["bird", "engine"])[birds[0]]
    assert fits[0] > 0 > fits[1]


def test_denied_and_held_out_words_are_no_candidates(scene):
    said = dict.fromkeys(np.flatnonzero(scene.features.is_shown)[:20].tolist(), "a gong, no tuba")
    said |= dict.fromkeys(np.flatnonzero(~scene.features.is_shown)[:20].tolist(), "a harp")
    lemmas = {lemma for candidate in rebuilt(scene, said).candidates for lemma in candidate.lemmas}
    assert "gong" in lemmas
    assert not lemmas & {"tuba", "harp"}


def test_a_phrase_of_a_description_fits_as_its_candidate_does(scene):
    candidate = scene.features.candidates[3]
    phrase = Phrase(text=candidate.text, kind="words", weight=1.0)
    assert np.array_equal(scene.features.fit_phrases([phrase])[:, 0], scene.features.fits[:, 3])


def test_clips_without_any_caption_or_measure_have_no_candidates(scene):
    silent = build_features(scene.clip_set, [], None, scene.embedder)
    assert silent.candidates == ()
    assert not silent.fit(["dog"]).any()
    assert silent.says.shape == (600, 0)


def test_how_a_recording_was_made_is_no_phrase_even_where_a_file_name_cuts_the_word_short():
    titles = ["Rooster_Ste.wav", "rooster stereo.wav", "rooster_rec.flac", "Rooster, orig.", "a rooster"]
    assert [spoken.text for spoken in candidate_phrases(titles, 1, 1.0, 10)] == ["rooster"]
    steps = ["rooster steps", "a rooster steps"]
    assert {spoken.text for spoken in candidate_phrases(steps, 1, 1.0, 10)} == {"rooster", "steps", "rooster steps"}
