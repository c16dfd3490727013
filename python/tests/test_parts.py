# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""The parts that a research script puts together: whitening, search, curves, loops, groups, other people's files."""
import gc

import numpy as np
import pytest

import loci


@pytest.fixture()
def rows():
    rows = np.random.default_rng(3).standard_normal((300, 24)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_whitening_is_numpy_s(rows):
    weight, bias = loci.fit_pca(rows, 8)
    whitened = rows.astype(np.float64) @ weight.T + bias
    np.testing.assert_allclose(np.cov(whitened.T), np.eye(8), atol=1e-3)
    want = whitened / np.linalg.norm(whitened, axis=1, keepdims=True)
    layer = loci.Whitening(weight, bias)
    assert (layer.input_dim, layer.output_dim) == (24, 8)
    np.testing.assert_allclose(layer.apply(rows), want, atol=1e-5)
    with pytest.raises(ValueError, match='expected rows of 24'):
        layer.apply(rows[:, :20].copy())
    with pytest.raises(ValueError, match='a number for each of the 8 rows'):
        loci.Whitening(weight, bias[:5])
    with pytest.raises(ValueError, match='2'):
        loci.fit_pca(rows[:1])


@pytest.mark.parametrize('kind', ['flat', 'flat-f16', 'flat-i8', 'hnsw'])
def test_an_index_finds_what_numpy_finds(rows, kind):
    index = loci.make_index(rows, kind)
    assert index.kind == kind and len(index) == 300 and index.dim == 24
    ids, scores = index.search(rows[:20], 5)
    want = np.argsort(-(rows[:20] @ rows.T), axis=1, kind='stable')[:, :5]
    assert ids.dtype == np.int64 and scores.dtype == np.float32
    assert (ids[:, 0] == np.arange(20)).all()
    assert (ids == want).mean() > (.95 if kind == 'hnsw' else .999)
    np.testing.assert_allclose(scores[:, 0], 1, atol=1e-5)


def test_an_index_keeps_its_rows_and_takes_only_what_fits(rows):
    index = loci.make_index(rows.copy())
    gc.collect()
    assert (index.search(rows[:3], 1)[0][:, 0] == [0, 1, 2]).all()
    assert index.search(rows[:3], 1000)[0].shape == (3, 300)
    with pytest.raises(ValueError, match='expected rows of 24'):
        index.search(rows[:, :8].copy())
    with pytest.raises(ValueError, match='k: expected 1 or more'):
        index.search(rows, 0)
    with pytest.raises(ValueError, match='float64'):
        loci.make_index(rows.astype(np.float64))
    with pytest.raises(ValueError, match='in C order'):
        loci.make_index(rows[:, ::2])
    with pytest.raises(loci.InvalidArgumentError, match='nowhere'):
        loci.make_index(rows, 'nowhere')
    with pytest.raises(loci.InvalidArgumentError, match="as 'kind'"):
        loci.make_index(rows, index='hnsw')


def test_precision_and_recall():
    curve = loci.precision_recall([.9, .8, .7, .6], [True, True, False, True], answerable=5)
    assert curve.precision == [1, 1, 2 / 3, .75] and curve.recall == pytest.approx([.2, .4, .4, .6])
    assert curve.recall_at_full_precision == pytest.approx(.4)
    with pytest.raises(ValueError, match='as many marks as scores'):
        loci.precision_recall([.9], [True, False])


def walk(rows, noise=.01):
    """A walk past 150 places and past the first 60 again."""
    draw = np.random.default_rng(4)
    for i, place in enumerate([*range(150), *range(60)]):
        row = rows[place] + noise * draw.standard_normal(rows.shape[1])
        yield i, (row / np.linalg.norm(row)).astype(np.float32)


def test_loops_of_descriptors_of_one_s_own(rows):
    detector = loci.LoopDetector(24, exclude_s=20, min_confidence=0, min_similarity=.9)
    loops = [loop for i, row in walk(rows) if (loop := detector.add(row, float(i)))]
    assert len(loops) >= 50 and all(loop.frame - loop.match == 150 for loop in loops)
    assert len(detector) == 210 and detector.memory_bytes() >= 210 * 24 * 2
    assert detector.last().frame == 209 and detector.last().candidate.inliers is None
    with pytest.raises(ValueError, match='in the order of their time'):
        detector.add(rows[0], 3.)
    with pytest.raises(ValueError, match='width|numbers'):
        detector.add(rows[0, :8].copy(), 300.)
    with pytest.raises(ValueError, match="no option 'exclude'"):
        loci.LoopDetector(24, exclude=20)
    with pytest.raises(ValueError, match='a loci.Describer, or the width'):
        loci.LoopDetector('24')


def test_a_map_of_loops_is_known_in_the_next_run(rows, tmp_path):
    options = {'exclude_s': 20, 'min_confidence': 0, 'min_similarity': .9}
    monday = loci.LoopDetector(24, **options)
    for i in range(100):
        monday.add(rows[i], float(i))
    monday.save(tmp_path / 'robot.loops', [f'frame {i}' for i in range(100)])
    tuesday = loci.LoopDetector.load(tmp_path / 'robot.loops', 24, **options)
    assert (len(tuesday), tuesday.first_frame, tuesday.name(7)) == (100, 100, 'frame 7')
    found = [tuesday.add(rows[i], float(i)) for i in range(30, 60)]
    assert [loop.match for loop in found[2:]] == list(range(32, 60))
    with pytest.raises(ValueError, match='24 dimensions'):
        loci.LoopDetector.load(tmp_path / 'robot.loops', 25)
    with pytest.raises(FileNotFoundError):
        loci.LoopDetector.load(tmp_path / 'none.loops', 24)


def test_loops_of_pictures(model, photos):
    detector = loci.LoopDetector(loci.Describer(model), exclude_s=1, exclude_frames=1, consistency=1, min_confidence=0,
                                 min_similarity=.99, verify=True)
    gc.collect()
    first = loci.load_image(photos[0])
    frames = [first, *(loci.load_image(path) for path in photos[4:8]), first]
    found = [detector.add(frame, 10. * i) for i, frame in enumerate(frames)]
    assert found[:5] == [None] * 5 and (found[5].frame, found[5].match) == (5, 0)
    assert found[5].inliers > 10


def test_groups_and_pairs(db):
    grouping = loci.group_photos(db, least_confidence=0)
    images = {image.id: image.path for image in db.images()}
    assert grouping.photos == len(images) == grouping.ungrouped + sum(len(g.ids) for g in grouping.groups)
    assert all(group.cover in group.ids for group in grouping.groups)
    pairs = loci.find_pairs(db, num_matches=2)
    assert len(pairs) == 2 * len(images)
    assert all(a != b and {a, b} <= set(images.values()) and score <= 1 for a, b, score in pairs)
    with pytest.raises(ValueError, match="no option 'matches'"):
        loci.find_pairs(db, matches=2)


def test_pairs_for_other_programs(tmp_path):
    loci.write_hloc_pairs(tmp_path / 'pairs.txt', [('a.jpg', 'b.jpg'), ('b.jpg', 'a.jpg')])
    assert (tmp_path / 'pairs.txt').read_text() == 'a.jpg b.jpg\nb.jpg a.jpg'
    loci.write_colmap_pairs(tmp_path / 'colmap.txt', [('a.jpg', 'b.jpg'), ('b.jpg', 'a.jpg')])
    assert (tmp_path / 'colmap.txt').read_text().split() == ['a.jpg', 'b.jpg']
    loci.write_kapture_pairs(tmp_path / 'kapture.txt', [('a.jpg', 'b.jpg')])
    assert 'a.jpg, b.jpg' in (tmp_path / 'kapture.txt').read_text()
    with pytest.raises(ValueError, match='white space'):
        loci.write_hloc_pairs(tmp_path / 'pairs.txt', [('a b.jpg', 'c.jpg')])


def test_onnx_there_and_back(photos, tmp_path):
    model = loci.load_model('placenet')
    describer = loci.Describer(model, 'fp32')
    names = loci.export_onnx(model, tmp_path / 'm.onnx', width=160, height=120)
    assert names == ('image', 'descriptor', describer.dim)
    again = loci.import_model(tmp_path / 'm.onnx')
    assert not again.needs_clusters and 'conv' in again.report()
    image = loci.load_image(photos[0])
    np.testing.assert_allclose(loci.Describer(again.model, 'fp32').describe(image), describer.describe(image), atol=1e-5)
    with pytest.raises(loci.NotFoundError):
        loci.import_model(tmp_path / 'none.onnx')
    (tmp_path / 'text.onnx').write_text('no graph')
    with pytest.raises(loci.Error):
        loci.import_model(tmp_path / 'text.onnx')


def test_a_model_is_whitened_and_calibrated(model, photos, tmp_path):
    whitened = loci.add_whitening(model, 2 * photos, whiten_dim=16)
    with pytest.raises(ValueError, match='5 photographs for whiten_dim 16'):
        loci.add_whitening(model, photos[:5], whiten_dim=16)
    whitened = loci.calibrate_model(whitened, photos, calibration_images=4)
    whitened.save(tmp_path / 'small.safetensors')
    describer = loci.Describer(loci.load_model(tmp_path / 'small.safetensors'), 'int8')
    assert describer.precision == 'int8' and describer.dim == 16
    assert np.linalg.norm(describer.describe(photos[0])) == pytest.approx(1, abs=1e-4)


def test_a_town_is_simulated(tmp_path):
    told = []
    try:
        report = loci.simulate_town(tmp_path / 'town', num_places=2, num_times=2, width=96, height=72,
                                    on_progress=lambda *state: told.append(state))
    except loci.UnsupportedError as error:
        pytest.skip(str(error))
    assert (report.images, report.queries) == (4, 2)
    data = loci.load_dataset(tmp_path / 'town')
    assert len(data.queries) == 2 and len(data.database) == 2
