# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import pickle

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


def test_the_result_is_written_where_the_caller_wants_it(parts):
    x, w, c = parts
    layer = loci.Pooling('netvlad', 16, {'weight': w, 'centers': c})
    rows = np.zeros((2, layer.output_dim()), np.float32)
    out = layer.pool(x, out=rows[1])
    assert np.shares_memory(out, rows) and not rows[0].any()
    np.testing.assert_array_equal(rows[1], layer.pool(x))
    frozen = np.zeros(layer.output_dim(), np.float32)
    frozen.flags.writeable = False
    for wrong, words in ((rows, r'\[2, 128\]'), (rows[0, :5], r'\[5\]'), (frozen, 'read-only'), (rows[1].astype(float), 'float64')):
        with pytest.raises(loci.InvalidArgumentError, match=words):
            layer.pool(x, out=wrong)


def test_normalisations_and_order_are_those_of_a_model_file(parts):
    x, w, c = parts
    tensors = {'weight': w, 'centers': c}
    plain = loci.Pooling('netvlad', 16, tensors).pool(x)
    outer = loci.Pooling('netvlad', 16, tensors, dimension_outer=True).pool(x)  # the order of MATLAB and hloc
    np.testing.assert_array_equal(outer.reshape(16, 8).T.ravel(), plain)
    raw = loci.Pooling('netvlad', 16, tensors, intra_norm=False, final_norm=False).pool(x).reshape(8, 16)
    np.testing.assert_allclose(raw / np.linalg.norm(raw, axis=1, keepdims=True) / np.sqrt(8), plain.reshape(8, 16), atol=1e-5)
    with pytest.raises(loci.InvalidArgumentError, match="no option 'intra'"):
        loci.Pooling('netvlad', 16, tensors, intra=False)
    with pytest.raises(loci.InvalidArgumentError, match='clamp'):
        loci.Pooling('netvlad', 16, tensors, eps='none')
    with pytest.raises(loci.InvalidArgumentError, match='feature_dim'):
        loci.Pooling('mean', -1)


def test_equal_dtypes_are_taken_whoever_made_them(parts):
    again = pickle.loads(pickle.dumps(parts[0]))  # as multiprocessing hands arrays over
    assert again.dtype is not parts[0].dtype
    layer = loci.Pooling('mean', 16)
    np.testing.assert_array_equal(layer.pool(again), layer.pool(parts[0]))


def test_unaligned_and_big_endian_arrays_are_refused(parts):
    layer = loci.Pooling('mean', 16)
    unaligned = np.zeros(50 * 16 * 4 + 1, np.uint8)[1:].view(np.float32).reshape(50, 16)
    with pytest.raises(loci.InvalidArgumentError, match='unaligned'):
        layer.pool(unaligned)
    with pytest.raises(loci.InvalidArgumentError, match='>f4'):
        layer.pool(parts[0].astype('>f4'))


def test_a_broken_contract_of_the_library_is_an_error_of_loci_s(parts):
    with pytest.raises(loci.InvalidArgumentError, match='map'):
        loci.Pooling('rmac', 16).pool(parts[0])


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
