"""Knowledge bases and the model that made their vectors."""

import threading

from store.knowledge_bases import KnowledgeBases


def test_knowledge_base_keeps_the_model_it_was_made_with(database):
    bases = KnowledgeBases(database)
    made = bases.create("library", "first", 4)
    assert bases.create("library", "second", 5) == made == bases.get("library")
    assert bases.get("other") is None
    bases.create("archive", "first", 4)
    assert bases.names() == ["archive", "library"]


def test_made_by_two_at_once_it_is_one(database):
    bases = KnowledgeBases(database)
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(bases.create("library", "m", 4)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1


def test_switching_points_at_other_vectors(database):
    bases = KnowledgeBases(database)
    made = bases.create("library", "first", 4)
    target = made.made_by("second", 5)
    assert target.collection != made.collection
    bases.switch(target)
    assert bases.get("library") == target
