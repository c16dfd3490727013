# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Photographs, videos and what is written in and beside them."""
import pathlib
import re
import subprocess
import time

from run import LOCI, QUICK, WORK, case, equal, expect, fresh, index, loci, points, recall


@case('01_jpeg_without_end_marker', 'whole JPEGs without an end marker are read, a cut one is refused (1)')
def _(at):
    result = loci('describe', *sorted(at.glob('*.jpg')), '-o', WORK / 'x.npy', '--force', '--json', '--model', 'default', status=None).json()
    equal([pathlib.Path(f['image']).name for f in result['failed']], ['truly_cut.jpg'], 'failed')


def top_of_first_frame(video):
    db = fresh('video.loci')
    loci('index', video, '--db', db, *QUICK, '--every', 0)
    frame = sorted(pathlib.Path(f'{db}.frames').rglob('*.jpg'))[0]
    out = WORK / 'top.npy'
    return frame, out


@case('02_portrait_video', 'portrait videos come upright (2)')
def _(at):
    import cv2  # the test's own reading
    for name in ('portrait.mov', 'portrait_ccw.mov'):
        frame, _ = top_of_first_frame(at / name)
        picture = cv2.imread(str(frame))
        equal(picture.shape[:2], (64, 48), name)
        expect(picture[:10].mean() > 150 and picture[-10:].mean() < 60, f'{name}: top {picture[:10].mean():.0f}, bottom {picture[-10:].mean():.0f}')


@case('05_iphone_folder', 'a phone folder: pictures by content, the rest said (5)')
def _(at):
    said = loci('index', at, '--db', fresh('index.loci'), '--json')
    summary, said = said.json(), said.err
    names = {pathlib.Path(f['image']).name for f in summary['failed']}
    expect(summary['added'] >= 2, f'added {summary["added"]}')
    # These inputs are heads of files only; what cannot be decoded is said by name.
    expect(re.search(r'MOV', said) and summary['added'] + len(names) >= 8, said[-300:])
    refused = loci('index', at / 'only_heic', '--db', fresh('heic.loci'), status=1).err
    expect('none of the photographs could be read' in refused, refused)


@case('06_synology_thumbnails', 'folders of a NAS are not entered (6)')
def _(at):
    summary, said = index(at)
    equal(summary['added'], 2, 'added')
    expect('system' in said, said)


@case('08_xmp_positions', 'positions in XMP, and sidecars again (12)')
def _(at):
    equal(len(points(at)), 4, 'points')
    for _ in range(2):
        loci('locate', '--db', WORK / 'points.loci', '--write-xmp', '--at-least', 0.1)


@case('16_unicode_names', 'NFC and NFD names (20)')
def _(at):
    equal(recall(at)['queries'], 6, 'queries')


@case('18_png_raw_profile', "EXIF of a PNG's raw profile (17)")
def _(at):
    equal(len(points(at)), 2, 'points')


@case('20_panorama_heading', 'headings of GPano (18)')
def _(at):
    loci('cutouts', at, '-o', fresh('c'), '--json')
    headings = {name: sorted(p.name.split('@')[9] for p in (WORK / 'c').rglob('*') if p.is_file() and name in p.name) for name in ('exif', 'xmp')}
    equal(headings['exif'], headings['xmp'])
    expect(headings['exif'], 'no views')


@case('22_moved_folder', 'a moved folder is recognised (19)')
def _(at):
    db = fresh('m.loci')
    loci('index', at / 'a', '--db', db, *QUICK)
    (at / 'a').rename(at / 'b')
    summary = loci('index', at / 'b', '--db', db, '--json').json()
    equal((summary['added'], summary['total']), (0, 4), 'added, total')
    expect('/b/' in loci('query', at / 'b/0.jpg', '--db', db, '--json').out.splitlines()[0], 'an old path answers')


def rows_of(*photos):
    out = WORK / 'rows.npy'
    loci('describe', *photos, '-o', out, '--force', '--model', 'default')
    import numpy
    return numpy.load(out)


@case('26_motion_photo', 'a photo with a film behind it (39)')
def _(at):
    rows = rows_of(*sorted(at.glob('*.jpg')))
    expect((rows[0] == rows[1]).all(), 'rows differ')


@case('27_orientation_conventions', 'EXIF orientation is followed (23)')
def _(at):
    rows = rows_of(at / 'turned.jpg', at / 'upright.jpg')
    expect(float(rows[0] @ rows[1]) > .95, f'cosine {rows[0] @ rows[1]:.3f}')


@case('cut_video_without_a_word', 'a cut video is said (C5)')
def _(at):
    _, said = index(at / 'mj_cut.avi', status=None, options=('--every', 0))
    expect(re.search(r'5 of 10|ends|cut', said), said)


@case('cutouts_overwrite', 'views of another panorama stay (A4)')
def _(at):
    for side in ('x', 'y'):
        loci('cutouts', at / side / 'pano.jpg', '-o', at / 'o', '--yaws', 1, '--pitches-deg', 0)
    equal(sum(p.suffix == '.jpg' for p in (at / 'o').rglob('*')), 2, 'views')


@case('fast_video_loses_frames', 'more than 100 frames a second (C1)')
def _(at):
    for name in ('v30.avi', 'v120.avi', 'v240.avi'):
        equal(index(at / name, options=('--every', 0))[0]['added'], 48, name)


@case('folder_named_like_a_video', 'a folder named like a video (C4)')
def _(at):
    equal(index(at / 'holiday.mov')[0]['added'], 1)


@case('gps_in_other_types', 'GPS of other EXIF types; a void fix is none (3, 4, D2)')
def _(at):
    equal(sorted(points(at)), ['ascii_gps.jpg', 'decmin.jpg', 'float_gps.jpg'])


@case('names_without_the_expected_ending', 'videos and bags by content (C4)')
def _(at):
    for name in ('ok.insv', 'ok.lrv', 'noext'):
        expect(index(at / name)[0]['added'] > 0, name)


@case('one_broken_video_stops_all', 'one broken video stops no other (C3)')
def _(at):
    summary, said = index(at / 'cut.mp4', at / 'photos', status=1)
    equal(summary['added'], 2, 'added')
    expect('cut.mp4' in said, said)


@case('second_video_of_one_name', 'a second video of one name (A2)')
def _(at):
    db = fresh('v.loci')
    first = loci('index', at / 'card1/GX010001.avi', '--db', db, *QUICK, '--every', 0, '--json').json()
    second = loci('index', at / 'card2/GX010001.avi', '--db', db, '--every', 0, '--json').json()
    equal(second['total'], first['total'] + second['added'], 'total')
    expect(second['added'] > 0, 'nothing added')


@case('videos_in_a_folder', 'videos in a folder are said, --videos takes them (C6)')
def _(at):
    summary, said = index(at / 'card', status=None)
    expect('1 AVI' in said, said)
    equal(summary['added'], 2, 'added')  # IMG_1.HEIC is a JPEG
    expect(index(at / 'only_videos', options=('--videos', '--every', 0))[0]['added'] > 0, '--videos')


@case('whole_pictures_refused', 'stray bytes and a missing IEND (D1)')
def _(at):
    equal(index(at)[0]['failed'], [], 'failed')


@case('interrupted_cut_leaves_frames', 'a cut that was interrupted begins anew (C2)')
def _(at):
    import cv2
    import numpy
    video, db = WORK / 'long.avi', fresh('long.loci')
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*'MJPG'), 25, (320, 240))
    for i in range(1500):
        writer.write(numpy.full((240, 320, 3), i % 255, numpy.uint8))
    writer.release()
    process = subprocess.Popen([LOCI, 'index', str(video), '--db', str(db), '--every', '0.04', '-q'])
    frames = pathlib.Path(f'{db}.frames')
    for _ in range(2000):
        if len(list(frames.rglob('*.jpg'))) > 20:
            break
        time.sleep(.005)
    process.kill()
    process.wait()
    summary = loci('index', video, '--db', db, '--every', 20, '--json').json()
    equal(summary['total'], 3, 'total')
