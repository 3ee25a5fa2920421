"""What people do with documents: names, sizes, kinds, pages, pictures and knowledge bases."""

import io
import unicodedata

import pytest

from assistant.errors import BadInput, UnreadableFile
from assistant.library import LONGEST_NAME, READABLE, safe_name
from assistant.models.embedding import SentenceEmbeddings
from store.errors import EmbeddingMismatch, NotFound
from store.records import JobState
from tests.crash_runs import faults
from tests.ingestion.drawing import draw, write
from tests.ingestion.small import TEXT, done, opened


@pytest.fixture
def small(settings):
    with opened(settings) as made:
        yield made


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/root/.ssh/id.txt", "id.txt"),
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("\\\\server\\share\\a.pdf", "a.pdf"),
        ("..\\..\\a.pdf", "a.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("evil.pdf\x00.exe", "evil.pdf.exe"),
        ("line\nbreak\r\t.txt", "linebreak.txt"),
        ("gpj.\u202efdp.txt", "gpj.fdp.txt"),
        ("zero\u200bwidth\ufeff.md", "zerowidth.md"),
        ("half\udc80pair.pdf", "halfpair.pdf"),
        ("  spaces .pdf  ", "spaces .pdf"),
        ("trailing.pdf.", "trailing.pdf"),
        ("über.pdf", unicodedata.normalize("NFC", "über.pdf")),
        ("报告 2024.pdf", "报告 2024.pdf"),
        ("CON.txt", "CON.txt"),
        (".pdf", ".pdf"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("/", "unnamed"),
        ("\x00\x01", "unnamed"),
    ],
)
def test_names_lose_folders_and_what_cannot_be_seen(given, shown):
    assert safe_name(given) == shown


@pytest.mark.parametrize("name", ["x" * 1000 + ".pdf", "x." + "y" * 1000, "港" * 1000 + ".md"])
def test_long_names_are_cut_and_keep_their_ending(name):
    shown = safe_name(name)
    assert len(shown) <= LONGEST_NAME
    assert shown.endswith((".pdf", ".md", "yyy"))
    assert safe_name(shown) == shown


@pytest.mark.parametrize(
    "name", ["../../../home/owner.json.txt", "a\x00/b\\..\\c.md", "x" * 1000 + ".txt", "CON.md"]
)
def test_no_name_reaches_the_file_system(small, settings, name):
    job = small.library.add(name, TEXT)
    assert done(small, job) == [JobState.READY]
    assert small.library.document(job.document_id).name == safe_name(name)
    names = {path.name for path in settings.home.rglob("*")}
    assert safe_name(name) not in names
    assert job.sha256 in names
    assert {path.name for path in settings.home.parent.iterdir()} == {settings.home.name}


@pytest.mark.parametrize(
    "name", ["setup.exe", "a.pdf.exe", "evil.pdf\x00.exe", "noending", "a.docx"]
)
def test_other_kinds_of_files_are_refused_by_name(small, name):
    with pytest.raises(UnreadableFile) as refused:
        small.library.add(name, TEXT)
    assert str(refused.value).startswith(safe_name(name))
    assert small.jobs.list() == []
    assert list(faults(small.store)) == []


def test_every_readable_kind_is_taken():
    assert {".pdf", ".txt", ".md"} <= set(READABLE)
    assert all(safe_name(f"A{ending.upper()}").lower().endswith(READABLE) for ending in READABLE)


def test_empty_file_is_refused_and_not_kept(small):
    with pytest.raises(UnreadableFile, match=r"empty\.pdf is empty \(0 bytes\)"):
        small.library.add("empty.pdf", b"")
    assert small.jobs.list() == []
    assert list(faults(small.store)) == []


def test_file_over_the_limit_is_refused_before_all_of_it_is_read(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBOOK_UPLOAD_MEGABYTES", "2")
    limited = type(settings).from_environment()
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(300_000_000)
    with opened(limited) as small, big.open("rb") as stream:
        for data in (big, stream):
            with pytest.raises(UnreadableFile, match="big.txt is larger than 2 MB"):
                small.library.add("big.txt", data)
        assert stream.tell() < 5_000_000
        assert small.library.add("fits.txt", b"word " * 400_000).state is JobState.QUEUED
        assert list(small.store.files.incoming.iterdir()) == []


def test_path_that_cannot_be_read_is_refused_with_the_reason(small, tmp_path):
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    for path in (folder, tmp_path / "missing.txt"):
        with pytest.raises(UnreadableFile, match=rf"{path.name} cannot be taken in \("):
            small.library.add(path.name, path)


def test_stream_is_taken_from_where_it_stands(small):
    job = small.library.add("a.txt", io.BytesIO(b"Words in a stream."))
    assert done(small, job) == [JobState.READY]
    assert small.library.page(job.document_id, 1).text == "Words in a stream."


@pytest.mark.parametrize(
    ("given", "shown"),
    [("new", "new.md"), ("new.md", "new.md"), ("NEW.MD", "NEW.MD"), ("a/b\x00c", "bc.md")],
)
def test_renaming_keeps_the_ending(small, given, shown):
    job = small.library.add("old.md", TEXT)
    done(small, job)
    small.library.rename(job.document_id, given)
    assert small.library.document(job.document_id).name == shown


def test_renaming_to_nothing_or_of_nothing_is_refused(small):
    job = small.library.add("old.md", TEXT)
    done(small, job)
    with pytest.raises(BadInput):
        small.library.rename(job.document_id, "  \n ")
    with pytest.raises(NotFound):
        small.library.rename("unknown", "new")
    assert small.library.document(job.document_id).name == "old.md"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "a\x00b"])
def test_knowledge_base_needs_a_printable_name(small, name):
    with pytest.raises(BadInput, match="1 to 60 characters"):
        small.library.base_for_writing(name)


def test_default_knowledge_base_is_there_before_anything_is_added(small):
    assert small.library.knowledge_bases() == ["library"]
    small.library.add("a.txt", TEXT, kb=" Archive ")
    assert small.library.knowledge_bases() == ["Archive", "library"]


def drawing(canvas) -> None:
    write(canvas, ["Words here."])


def test_pages_pictures_and_file_of_a_document(small, tmp_path):
    pdf = draw(tmp_path / "a.pdf", *[drawing] * 2)
    job = small.library.add("a.pdf", pdf)
    done(small, job)
    assert small.library.page(job.document_id, 2).text == "Words here."
    assert small.library.page_picture(job.document_id, 2).startswith(b"\x89PNG")
    assert small.library.file(job.document_id).read_bytes() == pdf.read_bytes()
    for page in (0, 3):
        with pytest.raises(NotFound):
            small.library.page_picture(job.document_id, page)
        with pytest.raises(NotFound):
            small.library.page(job.document_id, page)
    text = small.library.add("a.txt", TEXT)
    done(small, text)
    with pytest.raises(NotFound, match=r"a\.txt has no picture"):
        small.library.page_picture(text.document_id, 1)


def test_rebuilding_what_is_not_there_is_refused(small):
    with pytest.raises(NotFound, match="no knowledge base 'other'"):
        small.library.rebuild("other")


def test_samples_are_taken_in_and_not_asked_about_before_they_are_ready(settings):
    with opened(settings, work=False) as small:
        jobs = small.library.add_samples()
        assert len(jobs) >= 3
        assert all(job.state is JobState.QUEUED for job in jobs)
        assert small.library.sample_questions() == []


# A real second model: a sentence-transformers folder made on the spot


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A folder with an untrained model whose vectors have 16 numbers."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ferry", "harbour", "the", "nine", "at"]
    (folder / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    model = SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"


def test_store_of_another_model_is_refused_until_it_is_rebuilt(settings, tiny_model):
    with opened(settings) as small:
        done(small, small.library.add("a.md", TEXT))
    tiny = SentenceEmbeddings(str(tiny_model))
    with opened(settings, tiny) as small:
        for attempt in (
            lambda: small.library.add("b.txt", b"More."),
            lambda: small.library.base_for_reading("library"),
            lambda: small.library.reingest(small.library.documents()[0].id),
        ):
            with pytest.raises(EmbeddingMismatch) as refused:
                attempt()
            assert "'words-64'" in str(refused.value)
            assert "python -m assistant rebuild" in str(refused.value)
        assert done(small, small.library.rebuild()) == [JobState.READY]
        assert done(small, small.library.add("b.txt", b"More.")) == [JobState.READY]
        base = small.library.base_for_reading("library")
        assert base and (base.embedding, base.dimension) == (str(tiny_model), 16)
        assert list(faults(small.store)) == []
