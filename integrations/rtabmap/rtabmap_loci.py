# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""loci as RTAB-Map's global descriptor:

    rtabmap --Mem/GlobalDescriptorStrategy 1 --PyDescriptor/Path /path/to/rtabmap_loci.py --PyDescriptor/Dim 8192

The environment variable LOCI_MODEL names another model file. A smaller Dim takes the first values, of unit length again; a
larger one takes all that the model has.
"""
import os
import sys

if not hasattr(sys, 'argv'):  # RTAB-Map's embedded interpreter has none
    sys.argv = ['']

import loci
import numpy as np

_describer = None
_dim = 0
_failure = None


def init(dim):
    """Loads the model. Nothing is raised here: RTAB-Map releases what init() returned without looking whether it failed, and
    would crash. extract() raises instead, which RTAB-Map reports."""
    global _describer, _dim, _failure
    _describer, _failure = None, None
    try:
        if dim < 1:
            raise ValueError(f'PyDescriptor/Dim is {dim}; set it to 1 or more')
        _describer = loci.Describer(loci.load_model(os.environ.get('LOCI_MODEL', 'default')))
        _dim = min(dim, _describer.dim)
    except Exception as error:
        _failure = error


def extract(image):
    """A [rows, columns, channels] picture of OpenCV's (BGR or grey), whose bytes RTAB-Map calls signed; float32 [1, Dim]."""
    if _describer is None:
        raise RuntimeError(f'no model is loaded: {_failure or "init(dim) was not called"}') from _failure
    pixels = np.asarray(image)
    if pixels.itemsize != 1 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (1, 3)):
        raise ValueError(f'image: expected bytes [rows, columns, 1 or 3], got {pixels.dtype} {list(pixels.shape)}')
    pixels = pixels.view(np.uint8).reshape(*pixels.shape[:2], -1)
    pixels = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, ::-1]
    row = _describer.describe(pixels)[:_dim]
    norm = np.linalg.norm(row)
    return np.ascontiguousarray(row / norm if norm > 0 else row, dtype=np.float32).reshape(1, -1)
