# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

import loci


def netvlad(x, w, c):
    """The paper's equations, in float64."""
    x = x.astype(np.float64)
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    a = np.exp(x @ w.T - (x @ w.T).max(axis=1, keepdims=True))
    a /= a.sum(axis=1, keepdims=True)
    v = a.T @ x - a.sum(axis=0)[:, None] * c
    v /= np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12)
    return (v / np.linalg.norm(v)).ravel()


@pytest.fixture()
def parts():
    draw = np.random.default_rng(1)
    return [draw.standard_normal(shape).astype(np.float32) for shape in ((50, 16), (8, 16), (8, 16))]


def test_netvlad_is_the_paper_s(parts):
    x, w, c = parts
    layer = loci.Pooling('netvlad', 16, {'weight': w, 'centers': c})
    assert layer.output_dim() == 8 * 16
    np.testing.assert_allclose(layer.pool(x), netvlad(x, w, c), atol=1e-5)


def test_simple_poolings(parts):
    x = np.abs(parts[0])
    maximum = x.max(axis=0)
    np.testing.assert_allclose(loci.Pooling('max', 16).pool(x), maximum / np.linalg.norm(maximum), rtol=1e-5)
    gem = np.mean(x.astype(np.float64) ** 3, axis=0) ** (1 / 3)
    np.testing.assert_allclose(loci.Pooling('gem', 16).pool(x), gem / np.linalg.norm(gem), rtol=1e-4)


def test_maps_are_taken_where_they_lie_and_results_own_their_memory(parts):
    x = np.abs(parts[0])
    layer = loci.Pooling('mean', 16)
    as_map = x.reshape(5, 10, 16)
    assert np.shares_memory(as_map, x)
    out = layer.pool(as_map)
    np.testing.assert_array_equal(out, layer.pool(x))
    assert not out.flags['OWNDATA'] and type(out.base).__name__ == 'PyCapsule'  # the vector's own memory, not a copy of it
    x[:] = 1
    assert np.linalg.norm(out) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize('make,words', [
    (lambda x: x.astype(np.float64), r'float64 \[50, 16\]'), (lambda x: x[:, ::2], 'not in C order'),
    (lambda x: np.asfortranarray(x), 'not in C order'), (lambda x: x[0], r'float32 \[16\]'),
    (lambda x: x[:, :8].copy(), 'features of width 16'), (lambda x: x.tolist(), 'a list')])
def test_other_features_are_refused(parts, make, words):
    with pytest.raises(ValueError, match=words):
        loci.Pooling('mean', 16).pool(make(parts[0]))


def test_wrong_layers_name_their_tensor(parts):
    x, w, c = parts
    with pytest.raises(FileNotFoundError, match='centers'):
        loci.Pooling('netvlad', 16, {'weight': w})
    with pytest.raises(ValueError, match='weight'):
        loci.Pooling('netvlad', 16, {'weight': w.astype(np.float64), 'centers': c})
    with pytest.raises(NotImplementedError):
        loci.Pooling('median', 16)
