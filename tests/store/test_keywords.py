"""Keyword search: stems, scores, changes in one commit, damage and erased words."""

import shutil

import pytest
import tantivy

from store.keywords import Keywords, stems
from tests.documents import parts


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keywords"


@pytest.fixture
def keywords(folder):
    return Keywords(folder)


def entries(*texts: str, kb: str = "library", document_id: str = "d", title: str = "Guide"):
    return [(kb, title, chunk) for chunk in parts(*texts, document_id=document_id).chunks]


def test_words_are_found_in_any_form(keywords):
    keywords.apply(1, added=entries("The ferries were leaving the harbours."))
    for query in ("ferry", "FERRIES", "harbour leaves"):
        assert keywords.search("library", query, 5), query
    assert keywords.search("library", "aeroplane", 5) == []


def test_best_match_comes_first(keywords):
    keywords.apply(
        1,
        added=entries(
            "Ropes and ropes and ropes.", "One rope on a long pier far away.", "Nothing."
        ),
    )
    assert [i for i, _ in keywords.search("library", "ropes", 5)] == ["d-00000", "d-00001"]


def test_score_tells_how_much_of_a_query_was_found(keywords):
    texts = ("A rope lies on the pier.", "An anchor.", *(f"Boat {n} sails." for n in range(40)))
    keywords.apply(1, added=entries(*texts))
    [(_, all_of_it), *_] = keywords.search("library", "rope on the pier", 1)
    [(_, half), *_] = keywords.search("library", "rope and anchor", 1)
    assert 0 < half < all_of_it < 1
    # a word that no text has says nothing of what there could be
    assert keywords.search("library", "rope zyzzyva", 1) == keywords.search("library", "rope", 1)


def test_word_that_only_the_title_has_scores_at_most_one(keywords):
    keywords.apply(1, added=entries("A rope.", "A sail.", title="Harbour regulations"))
    found = keywords.search("library", "regulations", 5)
    assert len(found) == 2 and all(score == pytest.approx(1) for _, score in found)


def test_knowledge_bases_and_documents_are_apart(keywords):
    keywords.apply(1, added=entries("anchor", kb="one", document_id="a"))
    keywords.apply(2, added=entries("anchor", kb="two", document_id="b"))
    assert [i for i, _ in keywords.search("two", "anchor", 5)] == ["b-00000"]
    assert keywords.search("two", "anchor", 5, documents=["a"]) == []
    assert keywords.search("three", "anchor", 5) == []


def test_allowed_documents_are_found_behind_better_ones(keywords):
    for n in range(30):
        kb = "library" if n % 2 else "other"
        keywords.apply(n + 1, added=entries("anchor anchor", kb=kb, document_id=f"best-{n}"))
    for n in range(3):
        text = "an anchor among many other words"
        keywords.apply(n + 31, added=entries(text, document_id=f"worse-{n}"))
    everything = dict(keywords.search("library", "anchor", 50))
    wanted = {f"worse-{n}-00000" for n in range(3)}
    assert len(everything) == 18 and wanted < everything.keys()
    hits = keywords.search("library", "anchor", 2, documents=["worse-0", "worse-1", "worse-2"])
    assert len(hits) == 2
    assert dict(hits).items() < everything.items()
    assert dict(hits).keys() < wanted


def test_word_counts_once_however_often_it_is_asked_for(keywords):
    keywords.apply(1, added=entries("A rope on the pier.", "Nothing."))
    assert keywords.search("library", "rope, Rope!", 5) == keywords.search("library", "rope", 5)


def test_index_of_another_schema_opens_empty(folder):
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True)
    tantivy.Index(builder.build(), path=str(folder))
    opened = Keywords(folder)
    assert opened.change == 0
    opened.apply(1, added=entries("anchor"))
    assert opened.search("library", "anchor", 1)
    opened.close()


@pytest.mark.parametrize(
    "query", ["", "?!", "***", 'a" OR (', "kind:marker", "\x00", "title:[", "+"]
)
def test_any_query_is_only_words(keywords, query):
    keywords.apply(1, added=entries("plain words"))
    assert keywords.search("library", query, 5) == []


def test_change_is_taken_in_whole_and_remembered(keywords, folder):
    keywords.apply(1, added=entries("first", document_id="a"))
    keywords.apply(5, removed=["a"], added=entries("second", document_id="b"))
    keywords.close()
    again = Keywords(folder)
    assert again.change == 5
    assert again.ids() == {"b-00000"}
    assert again.size() == 1


def test_change_that_fails_halfway_leaves_the_old_state(keywords):
    def broken():
        yield from entries("second", document_id="b")
        raise ZeroDivisionError

    keywords.apply(1, added=entries("first", document_id="a"))
    with pytest.raises(ZeroDivisionError):
        keywords.apply(2, removed=["a"], added=broken())
    keywords.apply(3, added=entries("third", document_id="c"))
    assert keywords.ids() == {"a-00000", "c-00000"}


def test_same_change_twice_is_the_same_as_once(keywords):
    for _ in range(2):
        keywords.apply(1, removed=["a"], added=entries("first", document_id="a"))
    assert keywords.size() == 1


def test_rewriting_leaves_no_word_of_removed_documents(keywords, folder):
    left = entries("ordinary words", document_id="a")
    keywords.apply(1, added=[*left, *entries("word zyzzogeton", document_id="b")])
    keywords.apply(2, removed=["b"])
    assert keywords.frequency("zyzzogeton") == 1  # why rewriting is needed
    keywords.rewrite(2, left)
    assert keywords.frequency("zyzzogeton") == 0
    assert keywords.change == 2
    assert keywords.ids() == {"a-00000"}


def test_second_writer_is_refused_and_destroys_nothing(keywords, folder):
    keywords.apply(1, added=entries("first"))
    with pytest.raises(ValueError, match="lock"):
        Keywords(folder)
    assert keywords.search("library", "first", 1)


@pytest.mark.parametrize("damage", ["meta.json", ".managed.json", "*.term", "*.idx", "*.store"])
@pytest.mark.parametrize("how", ["empty", "missing", "garbled"])
def test_damaged_index_opens_empty(keywords, folder, damage, how):
    for change in (1, 2, 3):
        keywords.apply(change, added=entries("some words", document_id=str(change)))
    keywords.close()
    path = sorted(folder.glob(damage))[0]
    content = path.read_bytes()
    path.unlink()
    if how != "missing":
        path.write_bytes(b"" if how == "empty" else b"\x07" * len(content))
    again = Keywords(folder)
    if again.change:  # a file that is not needed
        assert again.size() == 3
        assert len(again.search("library", "words", 5)) == 3
    else:
        assert again.size() == 0
    again.close()


def test_missing_folder_is_made(folder):
    Keywords(folder).close()
    shutil.rmtree(folder)
    opened = Keywords(folder)
    assert opened.change == 0
    opened.close()


def test_stems_are_those_of_the_index():
    assert stems("The Harbours' ferries") == ["the", "harbour", "ferri"]


def test_words_of_most_chunks_find_nothing_beside_rarer_ones(keywords):
    texts = [f"The ferry of pier {number}." for number in range(250)]
    keywords.apply(1, added=entries(*texts, "An anchor of the ferry."))
    assert [i for i, _ in keywords.search("library", "the ferry anchor", 5)] == ["d-00250"]
    assert len(keywords.search("library", "the ferry", 5)) == 5
