#!/usr/bin/env python3
# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Trains a tiny network from the command line, interrupts and resumes it, and evaluates what came out.
Usage: train_test.py LOCI"""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from program import LOCI, InAFolder, loci, sketch_town
from start_model import write_start_model

TRAINING = pathlib.Path(LOCI).with_name('libloci_train_plugin.so').exists()


@unittest.skipUnless(TRAINING, 'this build has no training plugin')
class TrainTest(InAFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sketch_town(cls.root / 'town', places=12, times=4, seed=5, width=128, height=96)
        cls.start = cls.root / 'start.safetensors'
        write_start_model(cls.start)
        cls.whole = loci(*cls.words('whole.safetensors'), check=0).stdout.splitlines()

    @classmethod
    def words(cls, out, *more):
        return ('train', cls.root / 'town', '--model', cls.start, '-o', cls.root / out, '--epochs', 2, '--train-from', 'all',
                '--optimizer', 'adam', '--learning-rate', '0.003', '--batch-tuples', 1, '--whiten', 16, '--threads', 1, '--json',
                *more)

    def test_a_line_an_epoch_then_a_summary_and_eval_reads_the_model(self):
        lines = [json.loads(line) for line in self.whole]
        self.assertEqual([line['epoch'] for line in lines[:-1]], [0, 1, 2])
        self.assertEqual(set(lines[-1]), {'model', 'fingerprint', 'epochs', 'best_epoch', 'stopped', 'seconds', 'curve', 'failed'})
        self.assertIn('<svg', pathlib.Path(lines[-1]['curve']).read_text())
        recall = json.loads(loci('eval', self.root / 'town', '--model', self.root / 'whole.safetensors', '--json', check=0).stdout)
        self.assertIn('1', recall['recall'])
        card = loci('inspect', self.root / 'whole.safetensors', check=0).stdout
        self.assertIn('triplet-sq', card)

    def test_a_killed_run_goes_on_and_ends_with_the_same_weights(self):
        whole = json.loads(self.whole[-1])
        words = [LOCI, *map(str, self.words('cut.safetensors', '--checkpoint-steps', 1))]
        run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        checkpoint = self.root / 'cut.safetensors.run/last.safetensors'
        for _ in range(600):
            if checkpoint.exists() and (self.root / 'cut.safetensors.run/descriptors_1.f16').exists():
                break
            time.sleep(0.05)
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        resumed = loci(*self.words('cut.safetensors', '--checkpoint-steps', 1, '--resume'), check=0)
        self.assertEqual(json.loads(resumed.stdout.splitlines()[-1])['fingerprint'], whole['fingerprint'])

    def test_changed_options_are_refused_on_resume(self):
        again = loci(*self.words('whole.safetensors', '--resume', '--seed', 9))
        self.assertEqual(again.returncode, 2)
        self.assertIn('seed was 1, is 9', again.stderr)

    def test_sigterm_stops_the_bench_between_its_measurements(self):
        words = [LOCI, 'bench', 'train', '--architecture', 'alexnet', '--size', '96x96', '--runs', '100000', '--threads', '1', '--json']
        run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = []
        for line in run.stderr:
            said.append(line)
            if 'measuring from cached maps' in line:
                run.send_signal(signal.SIGTERM)
        results = run.stdout.read()
        self.assertEqual((run.wait(timeout=60), results), (1, ''), said)
        self.assertIn('the measurement was stopped; it has no result', said[-1])

    def test_usage_errors_come_before_any_work(self):
        for words in (('--loss', 'triplet'), ('--epochs', '0'), ('--train-from', 'conv9')):
            self.assertNotEqual(loci(*self.words('c.safetensors', *words)).returncode, 0)
            self.assertFalse((self.root / 'c.safetensors').exists())

    def test_other_verbs_do_not_load_libtorch(self):
        libraries = subprocess.run(['ldd', LOCI], capture_output=True, text=True).stdout
        self.assertNotIn('libtorch', libraries)

    def distill(self, out, *more, student=None):
        photos = self.root / 'town'
        return loci('distill', photos, '--teacher', self.start, '--student', student or self.start, '-o', self.root / out,
                    '--epochs', 2, '--crop', 64, '--batch', 4, '--warmup-steps', 2, '--threads', 1, '--json', *more)

    def test_distillation_writes_a_model_that_train_goes_on_from(self):
        made = self.distill('small.safetensors', student='placenet_small')
        self.assertEqual(made.returncode, 0, made.stderr)
        lines = [json.loads(line) for line in made.stdout.splitlines()]
        self.assertEqual([line['epoch'] for line in lines[:-1]], [0, 1, 2])
        self.assertEqual(set(lines[-1]), {'model', 'fingerprint', 'epochs', 'best_epoch', 'seconds', 'curve', 'failed'})
        self.assertGreater(max(line['val_cosine'] for line in lines[1:-1]), lines[0]['val_cosine'])
        self.assertIn('<svg', pathlib.Path(lines[-1]['curve']).read_text())
        self.assertIn(b'distillation', (self.root / 'small.safetensors').read_bytes())
        loci('train', self.root / 'town', '--model', self.root / 'small.safetensors', '--pooling', 'netvlad', '--num-clusters', 4,
             '--train-from', 'pooling', '--epochs', 1, '--threads', 1, '-o', self.root / 'place.safetensors', check=0)

    def test_distillation_says_what_is_wrong(self):
        no_student = self.distill('x.safetensors', student='placenet_huge')
        self.assertNotEqual(no_student.returncode, 0)
        self.assertIn('placenet_small', no_student.stderr)
        (self.root / 'empty').mkdir()
        no_photos = loci('distill', self.root / 'empty', '--teacher', self.start, '--student', self.start, '-o', self.root / 'x')
        self.assertNotEqual(no_photos.returncode, 0)
        self.assertIn('no photos', no_photos.stderr)
        self.assertIn('crop', self.distill('x.safetensors', '--crop', 3).stderr)
        self.assertFalse((self.root / 'x.safetensors').exists())


if __name__ == '__main__':
    unittest.main()
