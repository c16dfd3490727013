# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import sys

import loci

db = loci.PlaceDb.create(sys.argv[2], loci.load_model())
db.update(sys.argv[1])
answer = db.query(sys.argv[3])
for match in answer.matches:
    print(f'{match.score:.3f}', match.image.path, match.image.position)
print('taken near', answer.location.position if answer.location else 'an unknown place')
