#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the scripts of docs/cluster.md on tiny data: those for Slurm with stand-ins for its commands, which run each task here.
Usage: cluster_docs_test.py LOCI ROOT"""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

from start_model import write_start_model

ROOT = pathlib.Path(sys.argv.pop(2))
LOCI = pathlib.Path(sys.argv.pop(1)).resolve()
TRAINING = LOCI.with_name('libloci_train_plugin.so').exists()
WAIT_S = 100

# A task of an allocation of two, one a node; options of srun itself are skipped.
SRUN = '''#!/bin/bash
while [[ $1 == --* ]]; do shift; done
[[ -z ${SLURM_NTASKS:-} ]] && exec "$@"
pids=()
for ((i = 0; i < SLURM_NTASKS; i++)); do SLURM_PROCID=$i SLURM_LOCALID=0 "$@" & pids+=($!); done
for pid in "${pids[@]}"; do wait "$pid" || exit 1; done
'''
SBATCH = '''#!/bin/bash
for script in "$@"; do :; done
last=$(sed -n 's/^#SBATCH --array=0-//p' "$script")
for ((i = 0; i <= ${last:-0}; i++)); do
  SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=$((last + 1)) SLURM_CPUS_PER_TASK=1 bash "$script" >> "$SLURM_OUTPUT" || exit 1
done
echo 17
'''
STAND_INS = {'srun': SRUN, 'sbatch': SBATCH, 'scontrol': '#!/bin/bash\necho 127.0.0.1\necho node2\n',
             'ssh': '#!/bin/bash\nshift\nexec "$@"\n'}


def blocks():
    """The shell blocks of the page, each with the line before it that names its file."""
    text = (ROOT / 'docs/cluster.md').read_text()
    return re.findall(r'([^\n]*)\n\n```sh\n(.*?)```', text, re.S)


class ClusterDocsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        subprocess.run([LOCI, 'simulate', cls.root / 'town/photos', '--sketch', '--places', '12', '--times', '4', '--seed', '5',
                        '--width', '128', '--height', '96'], check=True, capture_output=True)
        subprocess.run([LOCI, 'split', cls.root / 'town/photos', '-o', cls.root / 'town/photos', '--train', '0.5', '--val', '0.3'],
                       check=True, capture_output=True)
        (cls.root / 'models').mkdir()
        for name in ('models/place.safetensors', 'models/vgg16.safetensors', 'place.safetensors'):
            write_start_model(cls.root / name)
        (cls.root / 'bin').mkdir()
        for name, text in STAND_INS.items():
            (cls.root / 'bin' / name).write_text(text)
            (cls.root / 'bin' / name).chmod(0o755)
        (cls.root / 'bin/loci').symlink_to(LOCI)
        with socket.socket() as one:
            one.bind(('127.0.0.1', 0))
            cls.port = one.getsockname()[1]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def script(self, name):
        found = [text for before, text in blocks() if f'`{name}`' in before]
        self.assertEqual(len(found), 1, f'docs/cluster.md has no block named {name}')
        text = found[0].replace('/data/', f'{self.root}/').replace('--array=0-31', '--array=0-1')
        (self.root / name).write_text(text)
        return self.root / name

    def run_script(self, *words, **variables):
        environment = {k: v for k, v in os.environ.items() if k not in ('RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT')}
        environment |= {'PATH': f'{self.root}/bin:{os.environ["PATH"]}', 'OMP_NUM_THREADS': '1', 'LOCI_KERNEL_CACHE': 'off'}
        run = subprocess.run(['bash', *map(str, words)], env=environment | {k: str(v) for k, v in variables.items()},
                             cwd=self.root, capture_output=True, text=True, errors='replace', timeout=WAIT_S)
        self.assertEqual(run.returncode, 0, f'{words}\n{run.stdout}\n{run.stderr}')
        return run.stdout

    def test_every_block_is_a_script_that_bash_reads(self):
        self.assertGreaterEqual(len(blocks()), 6)
        for _, text in blocks():
            read = subprocess.run(['bash', '-n'], input=text, capture_output=True, text=True)
            self.assertEqual(read.returncode, 0, text + read.stderr)

    def test_shards_are_described_and_merged(self):
        self.script('describe.sh'), self.script('merge.sh')
        submit = next(text for _, text in blocks() if 'sbatch' in text and '#SBATCH' not in text)
        said = self.root / 'said.txt'
        (self.root / 'submit.sh').write_text(submit)
        self.run_script('submit.sh', SLURM_OUTPUT=said)
        verified = json.loads(said.read_text().splitlines()[-1])
        self.assertEqual((verified['added'], verified['updated'], verified['failed']), (0, 0, []))
        photos = len(list((self.root / 'town/photos').rglob('*.jpg')))
        self.assertEqual(verified['total'], photos)
        by_hand = next(text for _, text in blocks() if 'ssh node' in text).replace('/data/town/town.loci', 'by_hand.loci')
        (self.root / 'by_hand.sh').write_text(by_hand.replace('/data/', f'{self.root}/').replace('0 1 2 3', '0 1').replace('/4', '/2'))
        self.run_script('by_hand.sh')
        again = self.run_script('-c', f'loci index {self.root}/town/photos --db by_hand.loci --json')
        self.assertEqual(json.loads(again.splitlines()[-1])['unchanged'], photos)

    @unittest.skipUnless(TRAINING, 'this build has no training plugin')
    def test_two_processes_train_on_one_machine(self):
        self.run_script(self.script('train.sh'), 'town/photos', '--model', 'place.safetensors', '-o', 'local.safetensors', '--epochs', 1,
                        '--threads', 1, MASTER_PORT=self.port)
        self.assertTrue((self.root / 'local.safetensors').exists())
        self.assertFalse(list((self.root / 'local.safetensors.run').glob('descriptors_*.rank_2.f16')))
        self.assertTrue(list((self.root / 'local.safetensors.run').glob('descriptors_*.rank_1.f16')))

    @unittest.skipUnless(TRAINING, 'this build has no training plugin')
    def test_the_slurm_job_trains(self):
        script = self.script('train.slurm')
        script.write_text(script.read_text().replace('--resume', '--resume --epochs 1').replace('20000 + SLURM', f'{self.port} + 0 * SLURM'))
        self.run_script(script, SLURM_JOB_NODELIST='node[1-2]', SLURM_JOB_ID=4711, SLURM_NTASKS=2, SLURM_NTASKS_PER_NODE=1,
                        SLURM_CPUS_PER_TASK=1)
        self.assertTrue((self.root / 'town/place.safetensors').exists())


if __name__ == '__main__':
    unittest.main()
