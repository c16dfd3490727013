# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Where was this photograph taken? Visual place recognition and image retrieval around NetVLAD.

    import loci
    db = loci.PlaceDb.create('pictures.loci', loci.load_model())
    db.update('pictures/')
    for match in db.query('new.jpg').matches:
        print(match.score, match.image.path)
"""
from ._loci import *  # noqa: F401,F403
from ._loci import __version__  # noqa: F401
