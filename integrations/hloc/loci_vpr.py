# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""loci as a global feature of hloc. Copy this file to hloc/extractors/ and add to the confs of hloc/extract_features.py:

    'loci': {'output': 'global-feats-loci',
             'model': {'name': 'loci_vpr'},
             'preprocessing': {'resize_max': 1024}},

Without Python in between: loci pairs --db DB --hloc pairs.txt --hloc-features global-feats-loci.h5
"""
import loci
import numpy as np
import torch

from ..utils.base_model import BaseModel


class Loci(BaseModel):
    default_conf = {'model_name': 'default', 'precision': 'auto', 'num_threads': 0}
    required_inputs = ['image']

    def _init(self, conf):
        self.describer = loci.Describer(loci.load_model(conf['model_name']), conf['precision'])

    def _forward(self, data):
        # hloc gives float [batch, 3, height, width], RGB from 0 to 1.
        images = (data['image'].detach().cpu().numpy().transpose(0, 2, 3, 1) * 255).round().clip(0, 255).astype(np.uint8)
        rows = [self.describer.describe(image, self.conf['num_threads']) for image in images]
        return {'global_descriptor': torch.from_numpy(np.stack(rows)).to(data['image'].device)}
