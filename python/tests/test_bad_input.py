# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What is odd but right is taken; what is wrong is an error of loci's that says so."""
import os
import pathlib
import resource

import numpy as np
import pytest

import loci


@pytest.fixture()
def odd_name(tmp_path, photos):
    """A photo whose name is no UTF-8, as old cameras and archives have them."""
    path = os.fsencode(tmp_path) + b'/caf\xe9.jpg'
    try:
        with open(path, 'wb') as file:
            file.write(pathlib.Path(photos[0]).read_bytes())
    except OSError:
        pytest.skip('this file system takes no such names')
    return os.fsdecode(path)


def test_names_that_are_no_utf8_come_back_as_they_went_in(odd_name, tmp_path, model, describer):
    assert loci.load_image(odd_name).shape == (120, 160, 3)
    assert loci.load_image(os.fsencode(odd_name)).shape == (120, 160, 3)
    with loci.PlaceDb.create(tmp_path / 'db', model) as db:
        assert db.update(odd_name).added == 1
        assert [image.path for image in db.images()] == [odd_name]
        assert db.query(odd_name).matches == []
    pathlib.Path(odd_name).write_bytes(b'no picture')
    assert list(describer.describe_files([odd_name])[1]) == [odd_name]
    with pytest.raises(loci.CorruptError):
        loci.load_image(odd_name)
    with pytest.raises(loci.NotFoundError):
        loci.load_image(odd_name + 'x')


def test_paths_are_taken_as_pathlib_has_them(describer, photos):
    rows, failed = describer.describe_files([pathlib.Path(photos[0])])
    assert rows.shape == (1, describer.dim) and failed == {}
    for wrong in (5, [5], None):
        with pytest.raises(TypeError):
            describer.describe_files(wrong)
    with pytest.raises(loci.InvalidArgumentError, match='null'):
        loci.load_image('a\0b')


def test_float32_is_float32_whoever_made_its_dtype(photos):
    x = np.random.default_rng(1).random((10, 16), np.float32)
    layer = loci.Pooling('mean', 16)
    wanted = layer.pool(x)
    swapped_twice = x.byteswap().newbyteorder().byteswap().newbyteorder('=')
    assert swapped_twice.dtype == np.float32
    np.testing.assert_array_equal(layer.pool(swapped_twice), wanted)
    np.testing.assert_array_equal(layer.pool(x.view(np.dtype('f4', metadata={'unit': 'none'}))), wanted)
    with pytest.raises(loci.InvalidArgumentError, match='>f4'):
        layer.pool(x.astype('>f4'))


def test_features_are_read_where_they_lie():
    """96 MiB of them are pooled while the process grows by less than half of that."""
    layer = loci.Pooling('mean', 64)
    features = np.ones((393216, 64), np.float32)
    layer.pool(features[:100])
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    layer.pool(features)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < features.nbytes / 1024 / 2


def test_a_broken_contract_is_an_error_of_loci_s():
    with pytest.raises(loci.InvalidArgumentError, match='map of height x width'):
        loci.Pooling('rmac', 16).pool(np.ones((10, 16), np.float32))


def test_an_image_with_a_side_no_image_has_is_refused(describer):
    wide = np.broadcast_to(np.zeros((64, 1, 3), np.uint8), (64, 2 ** 32 + 64, 3))
    with pytest.raises(loci.InvalidArgumentError, match='4294967360'):
        describer.describe(wide)


def test_a_mat_file_is_read_as_a_dbstruct(tmp_path):
    (tmp_path / 'pitts30k.mat').write_bytes(b'no MATLAB file')
    with pytest.raises(loci.UnsupportedError, match='MATLAB'):
        loci.load_dataset(tmp_path / 'pitts30k.mat')


def test_an_exception_of_on_epoch_stops_a_training(town, tmp_path):
    model = loci.load_model('placenet')
    try:
        with pytest.raises(LookupError, match='enough'):
            loci.train(model, loci.load_dataset(town), tmp_path / 'run', on_epoch=raise_enough, epochs=50, positive_radius_m=15,
                       train_from='pooling', optimizer='adam', learning_rate=1e-5, val_fraction=.25)
    except NotImplementedError as error:
        pytest.skip(str(error))


def raise_enough(record):
    raise LookupError('enough')


def test_none_instead_of_a_model(tmp_path, town):
    for use in (lambda: loci.Describer(None), lambda: loci.PlaceDb.create(tmp_path / 'db', None),
                lambda: loci.train(None, loci.load_dataset(town), tmp_path / 'run')):
        with pytest.raises(loci.InvalidArgumentError, match='got None'):
            use()
