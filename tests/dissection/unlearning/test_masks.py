"""Silenced neurons are silent inside the block, and the network is itself again, bit for bit, outside it."""

import numpy as np
import pytest
import torch

from earmark.dissection.networks import Tap
from earmark.dissection.networks.taps import find_taps
from earmark.dissection.unlearning.export import export, fixed_copy
from earmark.dissection.unlearning.masks import NeuronMask, masks_from, matched_random, silenced
from earmark.errors import InvalidInput


def logits(network, waves, module=None):
    with torch.inference_mode():
        return (module or network.module)(**network.prepare(waves)).logits


def some(taps, seed=0):
    rng = np.random.default_rng(seed)
    return masks_from(taps, {tap.name: rng.choice(tap.width, tap.width // 3, replace=False) for tap in taps})


def test_every_tap_can_be_silenced_and_everything_comes_back_bit_for_bit(network, waves):
    before = logits(network, waves)
    weights = {name: value.clone() for name, value in network.module.state_dict().items()}
    for tap in find_taps(network):
        with silenced(network, some([tap])):
            assert not torch.equal(logits(network, waves), before), tap.name
    assert torch.equal(logits(network, waves), before)
    assert all(torch.equal(value, weights[name]) for name, value in network.module.state_dict().items())


def test_an_error_inside_the_block_restores_everything_too(network, waves):
    before = logits(network, waves)
    with pytest.raises(RuntimeError), silenced(network, some(find_taps(network))):
        raise RuntimeError
    assert torch.equal(logits(network, waves), before)


def test_silencing_a_class_neuron_makes_its_logit_exactly_zero_and_touches_no_other(network, waves):
    classifier = find_taps(network, ["classifier"])[0]
    before = logits(network, waves)
    with silenced(network, masks_from([classifier], {classifier.name: [2]})):
        after = logits(network, waves)
    assert torch.equal(after[:, [0, 1, 3]], before[:, [0, 1, 3]])
    assert (after[:, 2] == 0).all()


def test_a_mean_stands_in_and_draws_take_turns(network, waves):
    classifier = find_taps(network, ["classifier"])[0]
    off = np.array([False, True, False, False])
    with silenced(network, [NeuronMask(classifier, off, np.array([9, 5, 9, 9], dtype=np.float32))]):
        assert (logits(network, waves)[:, 1] == 5).all()
    draws = np.arange(8, dtype=np.float32).reshape(2, 4)
    with silenced(network, [NeuronMask(classifier, off, draws)]):
        assert logits(network, waves)[:, 1].tolist() == [1, 5, 1]


def test_masks_equal_zeroed_weights(network, waves):
    masks = some(find_taps(network))
    with silenced(network, masks):
        masked = logits(network, waves)
    torch.testing.assert_close(logits(network, waves, fixed_copy(network, masks)), masked, atol=1e-5, rtol=1e-5)


def test_masks_of_means_equal_weights_that_hold_them(network, waves):
    masks = [
        NeuronMask(mask.tap, mask.silenced, np.linspace(-1, 1, mask.tap.width, dtype=np.float32))
        for mask in some(find_taps(network, ["mlp_hidden", "mlp_output", "attention_output", "classifier"]))
    ]
    with silenced(network, masks):
        masked = logits(network, waves)
    torch.testing.assert_close(logits(network, waves, fixed_copy(network, masks)), masked, atol=1e-5, rtol=1e-5)


def test_what_changes_from_clip_to_clip_is_no_weight(network):
    mask = some(find_taps(network, ["classifier"]))[0]
    with pytest.raises(InvalidInput, match="changing values"):
        fixed_copy(network, [NeuronMask(mask.tap, mask.silenced, np.zeros((2, 4), dtype=np.float32))])


def test_removed_hidden_neurons_are_gone_and_transformers_alone_loads_the_same_outputs(network, waves, tmp_path):
    from transformers import AutoModelForAudioClassification

    masks = some(find_taps(network, ["mlp_hidden"])) + some(find_taps(network, ["classifier", "attention_output"]))
    with silenced(network, masks):
        masked = logits(network, waves)
    exported = export(network, masks, tmp_path / "out")
    loaded = AutoModelForAudioClassification.from_pretrained(tmp_path / "out").eval()
    assert loaded.config.intermediate_size == exported.hidden_width == masks[0].tap.width - masks[0].tap.width // 3
    torch.testing.assert_close(logits(network, waves, loaded), masked, atol=1e-5, rtol=1e-5)
    assert sum(exported.removed.values()) == sum(
        int(mask.silenced.sum()) for mask in masks if mask.tap.kind == "mlp_hidden"
    )


def test_layers_of_different_losses_are_padded_to_the_widest_one_left(network, waves, tmp_path):
    from transformers import AutoModelForAudioClassification

    hidden = find_taps(network, ["mlp_hidden"])
    masks = masks_from(hidden, {tap.name: range(4 * (index + 1)) for index, tap in enumerate(hidden)})
    with silenced(network, masks):
        masked = logits(network, waves)
    export(network, masks, tmp_path / "out")
    loaded = AutoModelForAudioClassification.from_pretrained(tmp_path / "out").eval()
    assert loaded.config.intermediate_size == hidden[0].width - 4
    torch.testing.assert_close(logits(network, waves, loaded), masked, atol=1e-5, rtol=1e-5)


def test_random_masks_match_in_tap_and_count(network):
    masks = some(find_taps(network))
    drawn = matched_random(masks, np.random.default_rng(3))
    assert [(mask.tap, mask.silenced.sum()) for mask in drawn] == [(mask.tap, mask.silenced.sum()) for mask in masks]
    assert any((one.silenced != other.silenced).any() for one, other in zip(drawn, masks, strict=True))


def test_a_mask_of_the_wrong_length_is_refused():
    with pytest.raises(InvalidInput, match=r"\(4,\) booleans, not \(3,\)"):
        NeuronMask(Tap("c", "classifier", 4, None), np.zeros(3, dtype=bool))


def test_a_dictionary_cannot_be_silenced(network):
    beside = Tap("sae", "dictionary", 4, None, module="classifier", encode=lambda values: values)
    with pytest.raises(InvalidInput, match="would change nothing"), silenced(network, some([beside])):
        pass


def test_a_folder_that_holds_something_is_left_alone(network, tmp_path):
    (tmp_path / "theirs").write_text("x")
    with pytest.raises(InvalidInput, match="already holds something"):
        export(network, [], tmp_path)
