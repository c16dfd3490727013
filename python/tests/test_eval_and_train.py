# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import pathlib
import os

import pytest

import loci


def test_recall_on_a_data_set(town, describer):
    data = loci.load_dataset(town)
    assert len(data.queries) == 8 and len(data.database) == 24 and '25' in data.rule
    assert pathlib.Path(data.image_path(data.database[0])).exists()
    recall = loci.evaluate(data, describer, n=[1, 5])
    assert recall.n == [1, 5] and recall.queries == 8
    assert recall.all[0] >= .8 and recall.ci95_low[0] <= recall.all[0] <= recall.ci95_high[0]


def test_recall_of_one_s_own_results():
    recall = loci.recall_at([[3, 1], [2, 0]], [[1], [5]], n=[1, 2])
    assert recall.all == [0, .5] and recall.first_right == [2, 0]
    with pytest.raises(ValueError, match='one of each a query'):
        loci.recall_at([[1]], [], n=[1])
    with pytest.raises(ValueError, match='cut-offs'):
        loci.recall_at([[1]], [[1]], n=[])


def test_data_sets_that_are_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        loci.load_dataset(tmp_path / 'nothing')
    with pytest.raises(ValueError, match="no option 'radius'"):
        loci.load_dataset(tmp_path, radius=3)


def test_training_or_why_not(town, tmp_path):
    model = loci.load_model('placenet')
    data = loci.load_dataset(town)
    options = dict(epochs=1, optimizer='adam', learning_rate=1e-5, positive_radius_m=15, patience=0, val_fraction=.25)
    if not pathlib.Path(os.environ.get('LOCI_PROGRAM', '')).with_name('libloci_train_plugin.so').exists():
        with pytest.raises(NotImplementedError, match='libtorch'):
            loci.train(model, data, tmp_path / 'run', **options)
        return
    seen = []
    with pytest.raises(ValueError, match='epochs'):
        loci.train(model, data, tmp_path / 'run', epochs='many')
    plugin = pathlib.Path(loci.__file__).with_name('libloci_train_plugin.so')
    if not plugin.exists():
        plugin.symlink_to(pathlib.Path(os.environ['LOCI_PROGRAM']).with_name('libloci_train_plugin.so'))
    summary = loci.train(model, data, tmp_path / 'run', on_epoch=seen.append, train_from='pooling', **options)
    assert [r.epoch for r in seen][-1] == 1 and summary.epochs and pathlib.Path(summary.curve_page).exists()
    assert loci.Describer(summary.model).dim == 8192
