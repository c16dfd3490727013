# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""loci as RTAB-Map's global descriptor:

    rtabmap --Mem/GlobalDescriptorStrategy 1 --PyDescriptor/Path /path/to/rtabmap_loci.py --PyDescriptor/Dim 8192

The environment variable LOCI_MODEL names another model file; Dim must be its number of values.
"""
import os

import loci
import numpy as np

_describer = None


def init(dim):
    global _describer
    _describer = loci.Describer(loci.load_model(os.environ.get('LOCI_MODEL', 'default')))
    if dim != _describer.dim:
        raise ValueError(f'PyDescriptor/Dim is {dim}, but this model has {_describer.dim} values a descriptor; set it to that')


def extract(image):
    """A [rows, columns, channels] picture of OpenCV's (BGR or grey), whose bytes RTAB-Map calls signed; float32 [1, dim]."""
    pixels = np.asarray(image).view(np.uint8)
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    pixels = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, 2::-1]
    return _describer.describe(pixels).reshape(1, -1)
