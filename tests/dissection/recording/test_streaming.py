"""What a stream keeps is what the whole matrix would give, wherever it is folded."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from earmark.dissection.recording.streaming import Stream, StreamPlan

VALUES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-45, -1e-45, 3e38, -3e38]),
    st.floats(-1e6, 1e6, width=32),
)
MATRICES = st.tuples(st.integers(6, 40), st.integers(1, 5)).flatmap(
    lambda shape: arrays.arrays(np.float32, shape, elements=VALUES)
)


def stream_of(matrix, shown, rank, per_side, buffer_rows):
    plan = StreamPlan(
        neurons=matrix.shape[1],
        per_side=per_side,
        rank=rank,
        is_shown=shown,
        sampled=np.flatnonzero(np.arange(len(matrix)) % 3 == 0),
        buffer_rows=buffer_rows,
    )
    return Stream(plan)


def feed(stream, matrix, clips, size):
    for start in range(0, len(clips), size):
        part = clips[start : start + size].tolist()
        stream.rows(len(part))[:] = torch.from_numpy(matrix[part])
        stream.take(part)


@settings(max_examples=150, deadline=None)
@given(MATRICES, st.data())
def test_extremes_equal_a_full_sort_for_any_values_and_folds(matrix, data):
    count = len(matrix)
    shown = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    shown[:4] = True
    rank = np.array(data.draw(st.permutations(range(count))))
    order = np.array(data.draw(st.permutations(range(count))))
    size = data.draw(st.integers(1, 7))
    stream = stream_of(matrix, shown, rank, per_side=2, buffer_rows=data.draw(st.integers(size, 50)))
    feed(stream, matrix, order, size)
    stream.fold()
    high_clips, high_values, low_clips, low_values = (tensor.numpy() for tensor in stream.extremes())
    among = np.flatnonzero(shown)
    for neuron in range(matrix.shape[1]):
        column = matrix[:, neuron]
        best = sorted(among, key=lambda clip: (-column[clip], rank[clip]))[:2]
        worst = sorted(among, key=lambda clip: (column[clip], rank[clip]))[:2]
        assert high_clips[neuron].tolist() == best
        assert low_clips[neuron].tolist() == worst
        assert high_values[neuron].tolist() == column[best].tolist()
        assert low_values[neuron].tolist() == column[worst].tolist()
    assert np.array_equal(stream.samples, matrix[::3])
    assert stream.sampled.all()
    assert stream.shown_count == shown.sum()


def test_moments_of_a_large_offset_survive_many_folds():
    rng = np.random.default_rng(0)
    matrix = (1000 + rng.standard_normal((5000, 3))).astype(np.float32)
    stream = stream_of(matrix, np.ones(5000, bool), np.arange(5000), 3, 64)
    feed(stream, matrix, np.arange(5000), 16)
    stream.fold()
    exact = matrix.astype(np.float64)
    np.testing.assert_allclose(stream.mean.numpy(), exact.mean(0), rtol=1e-12)
    np.testing.assert_allclose(stream.deviation().numpy(), exact.std(0), rtol=1e-10)


def test_a_state_goes_on_to_the_same_bytes():
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((100, 7)).astype(np.float32)
    shown, rank = rng.random(100) < 0.7, rng.permutation(100)
    whole, half = (stream_of(matrix, shown, rank, 5, 32) for _ in range(2))
    feed(whole, matrix, np.arange(100), 8)
    feed(half, matrix, np.arange(48), 8)
    resumed = stream_of(matrix, shown, rank, 5, 32)
    resumed.restore({name: value.copy() for name, value in half.state().items()})
    resumed.samples[:] = half.samples
    feed(resumed, matrix, np.arange(48, 100), 8)
    whole.fold()
    resumed.fold()
    for ours, theirs in zip(resumed.extremes(), whole.extremes(), strict=True):
        assert torch.equal(ours, theirs)
    assert resumed.mean.numpy().tobytes() == whole.mean.numpy().tobytes()
    assert resumed.deviation().numpy().tobytes() == whole.deviation().numpy().tobytes()
    assert resumed.samples.tobytes() == whole.samples.tobytes()


def test_columns_beyond_one_block_are_folded_alike(monkeypatch):
    rng = np.random.default_rng(2)
    matrix = rng.standard_normal((40, 50)).astype(np.float32)
    streams = []
    for columns in (8192, 7):
        monkeypatch.setattr("earmark.dissection.recording.streaming._COLUMNS_AT_ONCE", columns)
        stream = stream_of(matrix, np.ones(40, bool), np.arange(40), 4, 16)
        feed(stream, matrix, np.arange(40), 8)
        stream.fold()
        streams.append(stream.extremes())
    assert all(torch.equal(one, other) for one, other in zip(*streams, strict=True))
