# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

import loci


def place_of(path):
    return path.split('@')[7]


def test_a_query_finds_its_place_and_where_it_is(db, town):
    right = 0
    queries = sorted((town / 'queries').iterdir())
    for query in queries:
        answer = db.query(query, k=3)
        assert [m.score for m in answer.matches] == sorted((m.score for m in answer.matches), reverse=True)
        right += place_of(answer.matches[0].image.path) == place_of(str(query))
    assert right >= len(queries) - 1
    lat, lon = db.query(loci.load_image(queries[0])).matches[0].image.position
    assert lat == pytest.approx(47.853, abs=.01) and lon == pytest.approx(9.0, abs=.02)


def test_the_first_photos_give_the_centers(tmp_path, model, photos):
    def fingerprint(name):
        return loci.load_model(tmp_path / name / 'model.safetensors').fingerprint
    with loci.PlaceDb.create(tmp_path / 'many', model) as many:
        assert many.update(photos).added == len(photos)
        learnt = fingerprint('many')
        assert learnt != model.fingerprint and not many.verify()
        many.remove(photos[:2])
        many.update(photos)
        assert fingerprint('many') == learnt
    with loci.PlaceDb.create(tmp_path / 'few', model) as few:
        few.update(photos[:3])
    assert fingerprint('few') == model.fingerprint


def test_the_verdict_goes_with_the_confidence(db, town, photos):
    for query in sorted((town / 'queries').iterdir()):
        answer = db.query(query)
        assert answer.verdict in ('known', 'probably', 'unknown')
        assert answer.known_place == (answer.confidence >= .9) == (answer.verdict == 'known')
        assert db.query(query, verify=False).matches[0].geometry is None


def test_a_photo_of_the_collection_asks_for_the_others(db, photos):
    assert all(m.image.path != photos[0] for m in db.query(photos[0]).matches)


def test_verified_matches_say_what_fits(db, town):
    query = sorted((town / 'queries').iterdir())[0]
    match = db.query(query, k=3, verify=True, num_candidates=5).matches[0]
    assert match.geometry.inliers <= match.geometry.matched and match.geometry.inliers > 0
    assert db.query(query, verify=False).matches[0].geometry is None


def test_update_remove_and_count(db, photos):
    assert len(db) == len(photos) == len(db.images())
    assert db.update(photos).unchanged == len(photos)
    assert db.remove(photos[:2]) == 2 and len(db) == len(photos) - 2
    db.compact()
    assert db.verify() == []


def test_descriptors_come_back_and_ask(db, photos):
    first = db.images()[0]
    descriptor = db.descriptor(first.id)
    assert db.query_descriptor(descriptor, k=1).matches[0].image.id == first.id
    with pytest.raises(ValueError, match='numbers a photo'):
        db.query_descriptor(descriptor[:5].copy())
    with pytest.raises(ValueError, match='float64'):
        db.query_descriptor(descriptor.astype(np.float64))
    with pytest.raises(loci.Error):
        db.descriptor(10 ** 9)


def test_unreadable_photos_are_reported(db, tmp_path):
    broken = tmp_path / 'broken.jpg'
    broken.write_bytes(b'no picture')
    assert list(db.update([broken], remove_missing=False).failed) == [str(broken)]


def test_a_closed_collection_says_so(tmp_path, model):
    db = loci.PlaceDb.create(tmp_path / 'other', model)
    db.close()
    db.close()
    for use in (lambda: len(db), lambda: db.query('a.jpg'), lambda: db.update([]), lambda: db.images()):
        with pytest.raises(ValueError, match='closed'):
            use()
    with loci.PlaceDb.open(tmp_path / 'other') as again:
        assert len(again) == 0
    with pytest.raises(ValueError, match='closed'):
        len(again)


def test_folders_that_are_no_collection(tmp_path, model):
    with pytest.raises(FileNotFoundError):
        loci.PlaceDb.open(tmp_path / 'none')
    assert not loci.PlaceDb.exists(tmp_path / 'none')
    with pytest.raises(ValueError, match="no option 'kk'"):
        loci.PlaceDb.create(tmp_path / 'third', model).query(np.zeros((50, 50, 3), np.uint8), kk=3)


def test_a_large_photo_finds_its_copy(model, photos, tmp_path):
    """Queries decode a file as the collection did: a JPEG far larger than the network wants is shrunk while it is decoded."""
    large = np.repeat(np.repeat(loci.load_image(photos[0]), 10, axis=0), 10, axis=1)
    for name in ('in', 'out'):
        (tmp_path / name).mkdir()
        loci.save_jpeg(tmp_path / name / 'large.jpg', large)
    describer = loci.Describer(model, 'fp32')
    path = str(tmp_path / 'in/large.jpg')
    np.testing.assert_allclose(describer.describe(path), describer.describe_files([path])[0][0], atol=1e-5)
    with loci.PlaceDb.create(tmp_path / 'db', model) as collection:
        collection.update(tmp_path / 'in')
        assert collection.query(tmp_path / 'out/large.jpg').matches[0].score > .9999
