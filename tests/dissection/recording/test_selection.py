"""The clips for and against a neuron are the shown extremes, in order, and a dead neuron has none."""

from earmark.dissection.networks.taps import find_taps
from earmark.dissection.recording.recording import RecordingConfig, record
from earmark.dissection.recording.selection import NeuronEvidence, select
from earmark.runs import Manifest, RunFolder


def test_evidence_is_the_shown_extremes_in_order(make_network, make_clips, tmp_path):
    network, (clip_set, read) = make_network(), make_clips(60)
    network.module.inner.weight.data[2] = 0
    taps = find_taps(network, ["inner"])
    (kept,) = record(network, clip_set, taps, RecordingConfig(per_side=4), 0, read=read).activations
    found = select(kept, clip_set)
    assert [item.neuron.index for item in found] == list(range(6))
    by_id = {clip.id: clip for clip in clip_set.clips}
    for item in found:
        if item.neuron.index == 2:
            assert item.high == item.low == ()
            continue
        assert len(item.high) == len(item.low) == 4
        strengths = [evidence.strength for evidence in (*item.high, *reversed(item.low))]
        assert strengths == sorted(strengths, reverse=True)
        for evidence in (*item.high, *item.low):
            clip = by_id[evidence.excerpt.source_id]
            assert clip.split == evidence.split == "shown"
            assert (evidence.excerpt.start, evidence.excerpt.end) == (clip.start_s, clip.end_s)
        assert {evidence.side for evidence in item.high} == {"for"}
        assert {evidence.side for evidence in item.low} == {"against"}
    every = [evidence.id for item in found for evidence in (*item.high, *item.low)]
    assert len(set(every)) == len(every)
    run = RunFolder.create(tmp_path / "run", Manifest.begin("dissection", {}, 0))
    run.write("evidence", NeuronEvidence, found)
    assert run.read("evidence", NeuronEvidence) == found
