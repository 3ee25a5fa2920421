"""The store as a whole: its parts stay in step, whatever is cut off, lost or damaged."""

import dataclasses
import shutil
import threading

import pytest

from store.embedding_cache import EmbeddingCache
from store.errors import HomeInUse, NotFound
from store.store import Store
from tests.crash_runs import faults
from tests.documents import (
    MODEL,
    add,
    add_vectors,
    base,
    found,
    keep_file,
    parts,
    similar,
)

FERRY = "The ferry leaves the harbour at nine."
TRAIN = "The train leaves the station at ten."


def home_of(store: Store):
    return store.files.folder.parent


def remove_files(path) -> None:
    shutil.rmtree(path)


def garble(path) -> None:
    for file in path.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\x07" * 2000)


def test_added_document_is_found_and_removed_one_is_not(store):
    ferry, train = add(store, parts(FERRY)), add(store, parts(TRAIN))
    assert found(store, "harbour") == {ferry.document.id}
    assert similar(store, FERRY) == {ferry.chunks[0].id, train.chunks[0].id}
    assert store.remove(ferry.document.id) == ferry.document
    assert found(store, "harbour") == set()
    assert similar(store, FERRY) == {train.chunks[0].id}
    assert not store.files.has(ferry.document.sha256)
    assert store.files.has(train.document.sha256)
    assert list(faults(store)) == []


def test_same_bytes_in_two_knowledge_bases_are_removed_apart(store):
    one, two = add(store, parts(FERRY)), add(store, parts(FERRY, kb="archive"))
    store.remove(one.document.id)
    assert found(store, "harbour", "archive") == {two.document.id}
    assert similar(store, FERRY, "archive") == {two.chunks[0].id}
    assert store.files.has(two.document.sha256)
    store.remove(two.document.id)
    assert not store.files.has(two.document.sha256)
    assert list(faults(store)) == []


def test_new_reading_takes_the_place_of_the_old(store):
    old = add(store, parts(FERRY))
    new = parts("Boats leave at noon.", document_id=old.document.id, ids="again")
    same_file = dataclasses.replace(new.document, sha256=old.document.sha256)
    add_vectors(store, new)
    assert found(store, "harbour") == {old.document.id}
    store.replace(same_file, new.pages, new.chunks)
    assert found(store, "harbour") == set()
    assert found(store, "noon") == {old.document.id}
    assert similar(store, "noon") == {new.chunks[0].id}
    assert list(faults(store)) == []


def test_second_store_on_the_folder_is_refused(store):
    with pytest.raises(HomeInUse, match="the tests"):
        Store(home_of(store), role="another")


def test_store_that_cannot_be_opened_lets_its_folder_go(tmp_path):
    home = tmp_path / "data"
    (home / "files").mkdir(parents=True)
    (home / "files" / "incoming").write_text("in the way")
    for _ in range(2):
        with pytest.raises(FileExistsError):
            Store(home, role="the tests")
    (home / "files" / "incoming").unlink()
    Store(home, role="the tests").close()


def test_file_nobody_queued_is_not_kept(store):
    with store.taking_in(b"nobody wants it", limit=100) as received:
        assert store.files.has(received.sha256)
    assert not store.files.has(received.sha256)


def test_file_of_a_document_survives_being_sent_again(store):
    made = add(store, parts(FERRY))
    with store.taking_in(FERRY.encode(), limit=1000) as received:
        assert received.sha256 == made.document.sha256
    assert store.files.has(received.sha256)


# What a kill between two steps leaves: the first step is taken, then the store is opened again.


def test_addition_cut_off_after_the_records_is_followed(store, reopen):
    made = parts(FERRY)
    keep_file(store.files, FERRY.encode())
    add_vectors(store, made)
    store.documents.add(*made)
    assert found(store, "harbour") == set()
    store = reopen()
    assert found(store, "harbour") == {made.document.id}
    assert list(faults(store)) == []


def test_addition_cut_off_before_the_records_leaves_nothing(store, reopen):
    made = parts(FERRY)
    keep_file(store.files, FERRY.encode())
    add_vectors(store, made)
    store = reopen()
    assert similar(store, FERRY) == set()
    assert not store.files.has(made.document.sha256)
    assert list(faults(store)) == []


def test_removal_cut_off_after_the_records_is_followed(store, reopen):
    made, other = add(store, parts(FERRY)), add(store, parts(TRAIN))
    store.documents.remove(made.document.id)
    store = reopen()
    assert similar(store, FERRY) == {other.chunks[0].id}
    assert found(store, "harbour") == set()
    assert not store.files.has(made.document.sha256)
    assert list(faults(store)) == []


def test_replacement_cut_off_before_the_records_keeps_the_old_reading(store, reopen):
    old = add(store, parts(FERRY))
    add_vectors(store, parts("Boats.", document_id=old.document.id, ids="again"))
    store = reopen()
    assert similar(store, FERRY) == {old.chunks[0].id}
    assert list(faults(store)) == []


def test_replacement_cut_off_after_the_records_is_followed(store, reopen):
    old = add(store, parts(FERRY))
    new = parts(FERRY, document_id=old.document.id, ids="again")
    add_vectors(store, new)
    store.documents.replace(*new)
    store = reopen()
    assert similar(store, FERRY) == {new.chunks[0].id}
    assert found(store, "harbour") == {old.document.id}
    assert list(faults(store)) == []


def test_keywords_ahead_of_vectors_are_brought_together(store, reopen):
    made = add(store, parts(FERRY))
    store.documents.remove(made.document.id)
    store._follow_with_keywords()
    store = reopen()
    assert similar(store, FERRY) == set()
    assert list(faults(store)) == []


def test_switch_to_other_vectors_cut_off_before_it_keeps_the_old_ones(store, reopen):
    made = add(store, parts(FERRY))
    target = base(store).made_by("another", 3)
    store.vectors.add(target.collection, [made.chunks[0].id], [[1, 0, 0]], made.document.id)
    store = reopen()
    assert similar(store, FERRY) == {made.chunks[0].id}
    assert list(faults(store)) == []


def test_switch_to_other_vectors_cut_off_after_it_drops_the_old_ones(store, reopen):
    made = add(store, parts(FERRY))
    old, target = base(store), base(store).made_by("another", 3)
    store.vectors.add(target.collection, [made.chunks[0].id], [[1, 0, 0]], made.document.id)
    store.knowledge_bases.switch(target)
    store = reopen()
    assert store.vectors.collections() == {target.collection} != {old.collection}
    assert list(faults(store)) == []


def test_switch_drops_what_was_removed_while_it_was_prepared(store):
    made, other = add(store, parts(FERRY)), add(store, parts(TRAIN))
    old, target = base(store), base(store).made_by("another", 3)
    for one in (made, other):
        store.vectors.add(target.collection, [one.chunks[0].id], [[1, 0, 0]], one.document.id)
    store.remove(made.document.id)
    store.switch_vectors(old, target)
    assert store.vectors.ids(target.collection) == {other.chunks[0].id}
    assert list(faults(store)) == []


# What is lost or damaged.


@pytest.mark.parametrize("harm", [remove_files, garble])
def test_lost_keywords_are_made_again(store, reopen, harm):
    made, other = add(store, parts(FERRY)), add(store, parts(TRAIN, kb="archive"))
    store.remove(add(store, parts("Gone.")).document.id)
    store.close()
    harm(home_of(store) / "keywords")
    store = Store(home_of(store), role="the tests")
    assert found(store, "harbour") == {made.document.id}
    assert found(store, "station", "archive") == {other.document.id}
    assert list(faults(store)) == []
    store.close()


@pytest.mark.parametrize("harm", [remove_files, garble])
def test_lost_vectors_are_noticed(store, harm):
    made = add(store, parts(FERRY))
    add(store, parts(TRAIN, kb="archive"))
    assert store.lacking_vectors() == []
    store.close()
    harm(home_of(store) / "vectors")
    store = Store(home_of(store), role="the tests")
    assert [kb.name for kb in store.lacking_vectors()] == ["archive", "library"]
    add_vectors(store, made)
    assert [kb.name for kb in store.lacking_vectors()] == ["archive"]
    store.close()


def test_keywords_newer_than_the_records_are_made_again(store, reopen):
    made = add(store, parts(FERRY))
    store.keywords.apply(99, removed=[made.document.id])
    store = reopen()
    assert found(store, "harbour") == {made.document.id}
    assert store.keywords.change == 1


def test_files_that_nothing_needs_go_at_the_next_start(store, reopen):
    made = add(store, parts(FERRY))
    stray = keep_file(store.files, b"stray")
    store = reopen()
    assert not store.files.has(stray)
    assert store.files.has(made.document.sha256)


def test_changes_from_many_threads_stay_in_step(store):
    base(store)
    made = [parts(f"Document {n} about harbour{n}.") for n in range(12)]

    def work(one) -> None:
        add(store, one)
        store.remove(one.document.id)
        add(store, one)

    threads = [threading.Thread(target=work, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(faults(store)) == []
    assert len(store.documents.all()) == 12


def test_words_of_removed_documents_are_in_no_file_after_tidying(store):
    words = [f"Xerophyte{letter}quagga" for letter in "abcdefgh"]
    add(store, parts(FERRY))
    gone = [add(store, parts(f"{word} stands here.", name=f"{word}.txt")) for word in words]
    for one in gone:
        store.remove(one.document.id)
    store.tidy()
    files = [path for path in home_of(store).rglob("*") if path.is_file()]
    for word in words:
        for form in (word, word.lower()):
            assert [p.name for p in files if form.encode() in p.read_bytes()] == []
    assert store.keywords.frequency("xerophyteaquagga") == 0
    assert found(store, "harbour")


def test_tidying_forgets_cached_vectors_that_nothing_needs(store):
    made = add(store, parts(FERRY))
    cache: EmbeddingCache = store.embedding_cache
    cache.keep(MODEL.name, {"of a cancelled job": MODEL.encode(["x"])[0]})
    store.tidy()
    assert cache.get(MODEL.name, ["of a cancelled job"]) == {}
    assert found(store, "harbour") == {made.document.id}


def test_unknown_document_cannot_be_removed(store):
    with pytest.raises(NotFound):
        store.remove("unknown")
