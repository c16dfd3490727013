# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess

import pytest

import loci

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope='session')
def town(tmp_path_factory):
    """A drawn town of 8 places at 4 times: database/ and queries/."""
    folder = tmp_path_factory.mktemp('town') / 'town'
    subprocess.run([os.environ['LOCI_PROGRAM'], 'simulate', folder, '--sketch', '--places', '8', '--times', '4', '--seed', '5',
                    '--width', '160', '--height', '120', '--quiet'], check=True)
    return folder


@pytest.fixture(scope='session')
def photos(town):
    return sorted(str(p) for p in (town / 'database').iterdir())


@pytest.fixture(scope='session')
def model():
    return loci.load_model()


@pytest.fixture(scope='session')
def describer(model):
    return loci.Describer(model, 'fp32')


@pytest.fixture()
def db(tmp_path, model, town):
    with loci.PlaceDb.create(tmp_path / 'db', model) as collection:
        collection.update(town / 'database')
        yield collection
