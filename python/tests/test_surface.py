# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""What users see: stubs, examples, other people's interfaces."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest

import loci
from conftest import ROOT


def test_the_stubs_are_what_the_module_states():
    """After a wanted change: PYTHONPATH=build/python python3 python/make_stubs.py > python/loci/__init__.pyi"""
    made = subprocess.run([sys.executable, ROOT / 'python/make_stubs.py'], check=True, capture_output=True, text=True).stdout
    assert made == (ROOT / 'python/loci/__init__.pyi').read_text()


def test_every_error_is_one_of_loci_s():
    for name in ('InvalidArgumentError', 'NotFoundError', 'CorruptError', 'UnsupportedError', 'IoError', 'CancelledError'):
        assert issubclass(getattr(loci, name), loci.Error)


def test_the_first_query_of_a_newcomer(town, tmp_path):
    query = sorted((town / 'queries').iterdir())[0]
    done = subprocess.run([sys.executable, ROOT / 'examples/python/first_query.py', town / 'database', tmp_path / 'db', query],
                          check=True, capture_output=True, text=True)
    assert 'taken near (47.85' in done.stdout


def test_the_documentation_s_code_runs(town, tmp_path):
    (tmp_path / 'pictures').symlink_to(town / 'database')
    (tmp_path / 'town').symlink_to(town)
    (tmp_path / 'new.jpg').write_bytes(sorted((town / 'queries').iterdir())[0].read_bytes())
    for page, least in (('docs/python.md', 6), ('README.md', 1)):
        blocks = re.findall(r'```python\n(.*?)```', (ROOT / page).read_text(), re.S)
        assert len(blocks) >= least
        subprocess.run([sys.executable, '-c', '\n'.join(blocks)], check=True, cwd=tmp_path)
        shutil.rmtree(tmp_path / 'pictures.loci')


@pytest.fixture()
def rtabmap(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'integrations/rtabmap'))
    import rtabmap_loci
    return rtabmap_loci


def test_rtab_map_s_interface(rtabmap, photos):
    image = loci.load_image(photos[0])
    # RTAB-Map hands over BGR bytes under NumPy's name for signed ones.
    bgr = image[:, :, ::-1].copy().view(np.int8)
    whole = loci.Describer(loci.load_model()).describe(image)
    for dim in (whole.size, 100000):
        assert rtabmap.init(dim) is None
        row = rtabmap.extract(bgr)
        assert row.shape == (1, whole.size) and row.dtype == np.float32 and row.flags.c_contiguous
        np.testing.assert_allclose(row[0], whole, atol=1e-6)
    assert rtabmap.extract(np.full((60, 80, 1), 7, np.uint8).view(np.int8)).shape == (1, whole.size)
    rtabmap.init(4096)  # RTAB-Map's own default
    cut = rtabmap.extract(bgr)
    assert cut.shape == (1, 4096)
    np.testing.assert_allclose(cut[0], whole[:4096] / np.linalg.norm(whole[:4096]), atol=1e-6)


def test_rtab_map_is_never_crashed_by_init(rtabmap, monkeypatch):
    """PyDescriptor.cpp releases init's result without looking: what is wrong is said by extract()."""
    picture = np.zeros((60, 80, 3), np.int8)
    assert rtabmap.init(0) is None
    with pytest.raises(RuntimeError, match='Dim is 0'):
        rtabmap.extract(picture)
    monkeypatch.setenv('LOCI_MODEL', 'nowhere.safetensors')
    assert rtabmap.init(8192) is None
    with pytest.raises(RuntimeError, match='nowhere.safetensors'):
        rtabmap.extract(picture)
    monkeypatch.delenv('LOCI_MODEL')
    rtabmap.init(64)
    with pytest.raises(ValueError, match='float32'):
        rtabmap.extract(picture.astype(np.float32))


def test_hloc_s_interface(photos, monkeypatch):
    """hloc and torch are not Debian packages for Python: stand-ins with what the extractor uses of them."""
    class Tensor:
        device = 'cpu'

        def __init__(self, array):
            self.array = array

        def detach(self):
            return self

        def cpu(self):
            return self

        def numpy(self):
            return self.array

        def to(self, device):
            return self

    class BaseModel:
        def __init__(self, conf):
            self.conf = {**self.default_conf, **conf}
            self._init(self.conf)

    torch = types.ModuleType('torch')
    torch.from_numpy = Tensor
    base = types.ModuleType('hloc.utils.base_model')
    base.BaseModel = BaseModel
    for name in ('hloc', 'hloc.utils', 'hloc.extractors'):
        package = types.ModuleType(name)
        package.__path__ = [str(ROOT / 'integrations/hloc')] if name.endswith('extractors') else []
        monkeypatch.setitem(sys.modules, name, package)
    monkeypatch.setitem(sys.modules, 'torch', torch)
    monkeypatch.setitem(sys.modules, 'hloc.utils.base_model', base)
    from hloc.extractors import loci_vpr
    extractor = loci_vpr.Loci({})
    image = loci.load_image(photos[0])
    batch = Tensor((image.transpose(2, 0, 1)[None] / 255).astype(np.float32))
    out = extractor._forward({'image': batch})['global_descriptor'].numpy()
    np.testing.assert_allclose(out[0], loci.Describer(loci.load_model()).describe(image), atol=1e-6)
