# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets, drives, models, search, outputs and exit statuses."""
import json
import os
import pathlib
import re
import subprocess
import time

from run import FIELD, QUICK, WORK, case, equal, expect, fresh, index, loci, points, recall


@case('09_euroc_and_robotcar_names', 'names in ns and us are times (10)')
def _(at):
    for truth in ('gt_tum.txt', 'gt_tum_ns.txt', 'data.csv'):
        result = loci('loops', at / 'euroc', '--truth', at / truth, '-o', WORK / 'l.g2o', '--force', '--json', '--model', 'rootsift-vlad').json()
        equal(result['truth']['frames'], 12, truth)
    equal(loci('loops', at / 'robotcar', '--json', '--model', 'rootsift-vlad').json()['frames'], 12)


@case('10_kitti_loops', 'KITTI poses by row (11)')
def _(at):
    graph = WORK / 'k.g2o'
    result = loci('loops', at / 'image_2', '--truth', at / 'poses.txt', '--odometry', at / 'poses.txt', '-o', graph, '--force',
                  '--json', '--model', 'rootsift-vlad').json()
    equal(result['truth']['frames'], 8)
    equal(sum(line.startswith('VERTEX') for line in graph.read_text().splitlines()), 8, 'vertices')


@case('11_bag_gps_before_fix', 'no point half way to 0, 0 or into a jump (8); unclosed bags (26)')
def _(at):
    for bag in ('zero.bag', 'jump.bag', 'nan.bag'):
        for name, (lon, lat) in points(at / bag, every=0).items():
            expect(48.5 < lat < 49.2, f'{bag}: {name} at {lat}, {lon}')
    said = loci('index', at / 'drive.bag.active', '--db', fresh('a.loci'), status=None).err
    expect('reindex' in said, said)


@case('14_onnx_external_data', 'ONNX with data beside it (14)')
def _(at):
    for name in ('net.onnx', 'inside.onnx'):
        loci('import', at / name, '--family', 'onnx', '--input', 'unit', '-o', WORK / f'{name}.safetensors', '--force')


@case('at_names_hemisphere', 'band I and a negative easting are no places (B6)')
def _(at):
    equal(points(at / 'set'), {}, 'points')


@case('capital_folders', 'Database/ and Queries/ (B4)')
def _(at):
    result = recall(at / 'set')
    equal((result['queries'], result['database']), (4, 4), 'queries, database')


@case('doctor_when_all_files_are_absent', 'doctor finds absent files (15, E1)')
def _(at):
    result = loci('doctor', at / 'case.csv', '--json', status=None)
    # .JPG for .jpg is understood today, so that nothing is absent; a table of others is.
    (at / 'gone.csv').write_text('path,lat,lon\n' + ''.join(f'gone{i}.jpg,48.8{i},2.3\n' for i in range(6)))
    gone = loci('doctor', at / 'gone.csv', '--json', status=1)
    expect('absent' in gone.out, gone.out[-300:] + gone.err[-200:])
    expect(result.status in (0, 1), result.err)


@case('eval_counts_broken_images', 'broken images neither find nor are found (31, B1)')
def _(at):
    equal(recall(at / 'BR2')['recall_all'], {'1': 0, '5': 0}, 'BR2')
    result = recall(at / 'ev')
    expect(result['recall_all']['1'] <= 1 / 11 + 1e-9, f'ev {result["recall_all"]}')


@case('loops_order_of_frames', 'frames in the order of numbers and times (B2)')
def _(at):
    graph = WORK / 'g.g2o'
    for folder, poses in ((at / 'f', at / 'gt.csv'), (at / 'seconds/f', at / 'seconds/gt.txt')):
        loci('loops', folder, '--odometry', poses, '-o', graph, '--force', '--model', 'rootsift-vlad')
        east = [float(line.split()[2]) for line in graph.read_text().splitlines() if line.startswith('VERTEX')]
        equal(len(east), 12, 'vertices')
        equal(east, sorted(east))


@case('model_argument', 'what is no model says what to do (G4)')
def _(at):
    said = loci('describe', at / '0.jpg', '--model', at / 'opset13.onnx', '-o', WORK / 'n.npy', status=None)
    expect(said.status != 0 and 'loci import' in said.err, said.err)
    loci('export', '--onnx', 'placenet', '-o', WORK / 'placenet.onnx', '--width', 320, '--height', 240)
    loci('inspect', 'default')
    db = fresh('default.loci')
    loci('index', at / '0.jpg', '--db', db, '--model', 'default')
    expect(loci('index', at / '0.jpg', '--db', db, '--model', 'rootsift-vlad', status=None).status != 0, 'another model is taken silently')


@case('output_replaces_links_devices_fifos', 'links, pipes and devices stay what they are (A1)')
def _(at):
    db, point = fresh('p.loci'), FIELD / '18_png_raw_profile'
    loci('index', point, '--db', db, *QUICK)
    target, link, pipe = WORK / 'target.json', WORK / 'latest.json', WORK / 'pipe'
    target.write_text('{"type":"FeatureCollection","features":[]}')
    link.symlink_to(target)
    loci('export', '--db', db, '--geojson', link, '--force')
    expect(link.is_symlink() and 'Point' in target.read_text(), 'the link was replaced')
    os.mkfifo(pipe)
    reader = subprocess.Popen(['cat', pipe], stdout=subprocess.PIPE, text=True)
    loci('export', '--db', db, '--geojson', pipe)
    expect('Point' in reader.communicate(timeout=20)[0] and pipe.is_fifo(), 'the pipe was replaced')
    expect(loci('export', '--db', db, '--geojson', '/dev/full', status=None).status == 1, '/dev/full')
    expect(pathlib.Path('/dev/full').is_char_device(), '/dev/full was replaced')


@case('outputs_overwrite_inputs', 'inputs and tables of others stay (A3)')
def _(at):
    table, photo = (at / 'set/places.csv').read_bytes(), (at / 'set/0.jpg').read_bytes()
    loci('split', at / 'set', '-o', at / 'set', status=None)
    equal((at / 'set/places.csv').read_bytes(), table, 'places.csv')
    photos = sorted((at / 'set').glob('*.jpg'))
    expect(loci('describe', '-o', *photos, '--model', 'default', status=None).status != 0, 'describe -o PHOTO')
    equal((at / 'set/0.jpg').read_bytes() == photo, True, 'the photo stays')


TABLES = {  # names of tables, and what of them is left out
    'case': 6, 'commas': 6, 'comment': 6, 'cr': 6, 'crlf': 6, 'deg': 6, 'degN': 6, 'dms': 6, 'names2': 6,
    'noext': 6, 'pipe': 6, 'spaces': 6, 'squote': 6, 'latlon1': 6, 'dash': 5, 'na': 5}


@case('tables_of_others_2', 'tables of other programs; 0, 0 is no place (15, E1, B3, B5)')
def _(at):
    wrong = []
    for name, least in TABLES.items():
        result = loci('eval', at / f'{name}.csv', '--json', *QUICK, '--n', 1, status=None)
        answered = result.json().get('queries', 0) if result.status == 0 else 0
        if answered < least - 2:
            wrong.append(f'{name}: {answered} queries; {result.err.strip()[-150:]}')
    # Its neighbours are 37 m apart: with 25 m nothing would be right.
    equal(recall(at / 'exiftool.csv', '--radius-m', 50)['queries'], 6, 'exiftool')
    # Columns x and y may be degrees or metres: not guessed, and said.
    expect('call them lon and lat' in recall(at / 'xy.csv', status=2), 'xy')
    zero = loci('eval', at / 'zero.csv', '--json', *QUICK, '--n', 1, status=None)
    twice = loci('eval', at / 'dupcol2.csv', '--json', *QUICK, '--n', 1, status=None)
    if twice.status == 0 and 'twice' not in twice.err and 'two columns' not in twice.err:
        wrong.append(f'dupcol2: taken without a word: {twice.err[-150:]}')
    if zero.status == 0 and not re.search(r'0,? ?0|position', zero.err):
        wrong.append(f'zero: without a word {zero.err[-150:]}')
    expect(not wrong, '; '.join(wrong))


@case('trajectories_of_others', 'marks, headers, comments and odd rows (41, E2)')
def _(at):
    for name in ('ok', 'bom', 'head', 'num', 'trail_comment', 'nanpose', 'zeroq'):
        result = loci('loops', at / 'f', '--truth', at / f'{name}.txt', '--json', '--model', 'rootsift-vlad').json()
        expect(result['truth']['frames'] >= 11, f'{name}: {result["truth"]["frames"]} frames')
    result = loci('eval', at / 'tum_bom', '--json', *QUICK, '--n', 1, status=None)
    expect('no number' not in result.err, result.err)


@case('hnsw_and_copies', 'HNSW among many copies (29, F1)')
def _(at):
    town = WORK / 'town'
    loci('simulate', town, '--sketch', '--places', 60, '--times', 2, '--seed', 3, '--width', 160, '--height', 120)
    photos = sorted((town / 'database').iterdir())
    copies = WORK / 'copies'
    copies.mkdir()
    for photo in photos[:3]:
        for i in range(300):
            os.link(photo, copies / f'{i}_{photo.name}')
    db = fresh('h.loci')
    loci('index', copies, town / 'database', '--db', db, '--model', 'rootsift-vlad', '--num-clusters', 4)
    others = photos[3:23]
    first = {}
    for kind in ('flat', 'hnsw'):
        answers = loci('query', *others, '--db', db, '-k', 10, '--index', kind, '--no-verify', '--json').out.splitlines()
        first[kind] = [json.loads(a)['matches'][0]['image'] for a in answers]
    equal(sum(a == b for a, b in zip(first['flat'], first['hnsw'])), 20, 'the best match is that of exact search')


@case('index_exit_status', 'index fails where what was named fails (G1)')
def _(at):
    db, photo = fresh('e.loci'), FIELD / 'whole_pictures_refused/control.jpg'
    loci('index', photo, '--db', db, *QUICK)
    loci('index', '/not/mounted/photos', '--db', db, status=1)
    (WORK / 'broken.jpg').write_bytes(b'nothing')
    loci('index', photo, WORK / 'broken.jpg', '--db', db, status=1)


@case('stdout_errors_ignored', 'a full disk behind standard output is exit 1 (G1)')
def _(at):
    photo, db = FIELD / '18_png_raw_profile/exif_chunk.png', fresh('o.loci')
    loci('index', photo, '--db', db, *QUICK)
    with open('/dev/full', 'w') as full:
        for words in (('--help',), ('--version',), ('query', photo, '--db', db, '--json'), ('inspect', 'default'), ('completion', 'bash'),
                      ('describe', photo, '-o', WORK / 'o.npy', '--force', '--model', 'default', '--json'),
                      ('index', photo, '--db', db, '--json'), ('doctor', FIELD / 'capital_folders/set', '--json'),
                      ('pairs', '--db', db, '--colmap', WORK / 'o.txt', '--json'), ('export', '--db', db, '--geojson', WORK / 'o.json', '--json')):
            result = loci(*words, status=None, shell_out=full)
            expect(result.status != 0, f'{words[0]}: exit 0')


@case('late_checks', 'outputs and options are checked before the work (G2)')
def _(at):
    frames = FIELD / 'loops_order_of_frames/f'
    for words in (('loops', frames, '--truth', WORK / 'typo.txt', '-o', WORK / 'x.g2o'), ('loops', frames, '-o', WORK / 'no/such/l.g2o'),
                  ('describe', frames, '-o', WORK / 'no/such/x.npy'), ('eval', FIELD / 'capital_folders/set', '--model', 'default', '--model', 'typo')):
        begin = time.monotonic()
        result = loci(*words, status=None)
        expect(result.status != 0 and 'describ' not in result.err and 'frames' not in result.out, f'{words[0]}: {result.err[-200:]}')
        expect(time.monotonic() - begin < 20, f'{words[0]}: late')
