# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import threading

import numpy as np
import pytest

import loci


def test_a_file_and_its_pixels_give_the_same_unit_descriptor(describer, photos):
    of_file = describer.describe(photos[0])
    of_pixels = describer.describe(loci.load_image(photos[0]))
    assert of_file.dtype == np.float32 and of_file.shape == (describer.dim,)
    assert np.linalg.norm(of_file) == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(of_file, of_pixels)


def test_a_part_of_a_picture_is_read_where_it_lies(describer, photos):
    """Its rows are padded by the rest of the picture, which nothing may touch."""
    image = loci.load_image(photos[0])
    frame = np.zeros((120, 200, 3), np.uint8)
    frame[:, :160] = image
    np.testing.assert_array_equal(describer.describe(frame[:, :160]), describer.describe(image))


def test_strided_images_mean_what_they_show(describer, photos):
    image = loci.load_image(photos[0])
    mirrored = image[:, ::-1]
    assert not mirrored.flags['C_CONTIGUOUS']
    np.testing.assert_array_equal(describer.describe(mirrored), describer.describe(np.ascontiguousarray(mirrored)))
    cut = image[10:100, 20:140]
    np.testing.assert_array_equal(describer.describe(cut), describer.describe(cut.copy()))
    bgr = image[:, :, ::-1].copy()
    np.testing.assert_array_equal(describer.describe(bgr[:, :, ::-1]), describer.describe(image))


@pytest.mark.parametrize('image', [
    np.zeros((60, 80), np.uint8), np.zeros((60, 80, 4), np.uint8), np.zeros((60, 80, 3), np.float32),
    np.zeros((3, 60, 80), np.uint8), np.zeros((0, 80, 3), np.uint8), np.zeros((60, 80, 3), np.uint16)])
def test_other_arrays_are_refused_with_what_was_expected(describer, image):
    with pytest.raises(ValueError, match=r'expected uint8 \[height, width, 3\] \(RGB\), got ' + str(image.dtype)) as caught:
        describer.describe(image)
    assert isinstance(caught.value, loci.InvalidArgumentError)


def test_files_that_fail_are_named_and_their_rows_are_nan(describer, photos, tmp_path):
    broken = tmp_path / 'broken.jpg'
    broken.write_bytes(b'no picture')
    rows, failed = describer.describe_files([photos[0], str(broken), photos[1]])
    assert rows.shape == (3, describer.dim) and list(failed) == [str(broken)]
    assert np.isnan(rows[1]).all()
    np.testing.assert_allclose(rows[2], describer.describe(photos[1]), atol=1e-5)


def test_a_missing_file_is_a_file_not_found_error(describer):
    with pytest.raises(FileNotFoundError) as caught:
        describer.describe('nowhere.jpg')
    assert isinstance(caught.value, loci.NotFoundError) and isinstance(caught.value, loci.Error)
    with pytest.raises(loci.CorruptError):
        loci.load_image(__file__)


def test_unknown_models_and_precisions_say_what_there_is(model):
    with pytest.raises(FileNotFoundError, match='default'):
        loci.load_model('nothing.safetensors')
    with pytest.raises(ValueError, match='bf16'):
        loci.Describer(model, 'fp64')
    with pytest.raises(ValueError, match="no option 'clusters'"):
        loci.load_model('default', clusters=3)


def test_models_are_saved_and_learnt(model, photos, tmp_path):
    path = tmp_path / 'copy.safetensors'
    model.save(path)
    assert loci.load_model(path).fingerprint == model.fingerprint
    classic = loci.load_model('rootsift-vlad', learn_from=photos, num_clusters=4)
    assert loci.Describer(classic).dim == 4 * 128


def test_other_python_threads_run_while_an_image_is_described(describer):
    image = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    turns, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            turns[0] += 1
            stop.wait(0.0005)

    thread = threading.Thread(target=count)
    thread.start()
    before = turns[0]
    for _ in range(10):
        describer.describe(image)
    during = turns[0] - before
    stop.set()
    thread.join()
    # With the lock held, the other thread gets a turn between two calls at most.
    assert during > 2 * 10


def test_features_are_the_network_s_map(describer, photos):
    features = describer.features(loci.load_image(photos[0]))
    assert features.ndim == 3 and features.shape[2] == 64 and features.dtype == np.float32
