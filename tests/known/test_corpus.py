"""The known-genuine corpus: nothing is lost, nothing is read twice, and nothing is in it that should not be."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path

import msgspec
import pytest

import leakverify as lv
from leakverify import corpus_adding
from leakverify.box.parent import Box
from leakverify.corpus_store import VERSION, CorpusStore, Kept
from leakverify.features import FEATURES_VERSION, Absence
from leakverify.features.said import with_words
from tests.builders import mail as mails
from tests.known.samples import DOCUMENTS, SECRETS, told
from tests.scan.test_scan import mail, zipped

ADD = "import sys, leakverify as lv\nfrom leakverify import corpus_adding\ncorpus_adding.BATCH = 12\nprint(lv.Corpus(sys.argv[1]).add(sys.argv[2], sources_by_folder=True, source='x'))"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sources, an archive, something unreadable and something without features."""
    root = tmp_path / "genuine"
    for name in ("ministry", "press"):
        (root / name).mkdir(parents=True)
    for number in range(5):
        (root / "ministry" / f"{number}.eml").write_bytes(mail(number))
    (root / "press" / "some.zip").write_bytes(
        zipped({"a.eml": mail(10), "copy.eml": mail(10), "b.eml": mail(11)})
    )
    (root / "press" / "same.eml").write_bytes(mail(1))
    (root / "press" / "noise.bin").write_bytes(bytes(range(256)) * 9)
    (root / "press" / "link.eml").symlink_to(root / "ministry" / "1.eml")
    (root / "loose.eml").write_bytes(mail(20))
    return root


def filled(tmp_path: Path, folder: Path, **how: object) -> lv.Corpus:
    corpus = lv.Corpus(tmp_path / "c.lvc")
    corpus.add(folder, sources_by_folder=True, source="desk", **how)  # type: ignore[arg-type]
    return corpus


# adding -------------------------------------------------------------------------------------------------


def test_documents_and_what_is_inside_them_are_kept_by_source(
    shared: Box, tmp_path: Path, folder: Path
) -> None:
    corpus = lv.Corpus(tmp_path / "c.lvc")
    added = corpus.add(
        folder, sources_by_folder=True, source="desk", period="2016/2018", channel="handed over"
    )
    assert added.documents == 9 and added.known == 0
    assert added.without_features == 2  # the archive itself, and noise
    assert added.problems >= 1  # the link is told, not followed
    described = corpus.describe()
    assert described.sources == {"ministry": 5, "press": 3, "desk": 1}
    assert described.formats == {"mail": 9}
    assert described.channels == {"handed over": 9} and described.periods == {"2016/2018": 9}
    assert described.keeps_text == 0 and described.old_reading == 0
    assert sorted({row.groups["source"] for row in corpus.rows()}) == ["desk", "ministry", "press"]
    assert [entry.source for entry in corpus.list(source="press")] == ["press"] * 3


def test_nothing_is_read_twice(
    shared: Box, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = filled(tmp_path, folder)
    before = corpus.describe()

    def refuse(**_: object) -> Box:
        raise AssertionError("a box was started")

    (folder / "press" / "link.eml").unlink()  # what cannot be read is tried again
    monkeypatch.setattr("leakverify.box.parent.Box", refuse)
    again = corpus.add(folder, sources_by_folder=True, source="desk")
    assert again.documents == 0 and again.known == again.files
    assert corpus.describe() == before


def test_only_what_was_chosen_is_taken(shared: Box, tmp_path: Path, folder: Path) -> None:
    corpus = filled(tmp_path, folder, choose=lambda path: path.startswith("ministry/") and "3" not in path)
    assert corpus.describe().sources == {"ministry": 4}


def test_the_corpus_itself_is_not_added(shared: Box, folder: Path) -> None:
    corpus = lv.Corpus(folder / "c.lvc")
    added = corpus.add(folder, source="all")
    assert added.files == 10  # those of the folder, and not the corpus


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ({}, "where the documents come from"),
        ({"source": "x", "period": "last year"}, "period"),
        ({"source": "x", "period": "2018/2016"}, "period"),
        ({"source": "x", "jobs": 0}, "jobs"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_made(
    how: dict[str, object], complaint: str, tmp_path: Path, folder: Path
) -> None:
    with pytest.raises(lv.UsageError, match=complaint):
        lv.Corpus(tmp_path / "c.lvc").add(folder, **how)  # type: ignore[arg-type]
    assert not (tmp_path / "c.lvc").exists()
    with pytest.raises(lv.UsageError, match="no such file"):
        lv.Corpus(tmp_path / "c.lvc").add(tmp_path / "nowhere", source="x")


def test_what_was_done_before_an_interruption_stays(
    shared: Box, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = filled(tmp_path, folder).describe().identity
    monkeypatch.setattr(corpus_adding, "BATCH", 2)
    corpus = lv.Corpus(tmp_path / "other.lvc")

    def stop(progress: lv.Progress) -> None:
        if progress.done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        corpus.add(folder, sources_by_folder=True, source="desk", progress=stop)
    part = corpus.describe()
    assert 0 < part.documents < 9
    rest = corpus.add(folder, sources_by_folder=True, source="desk")
    assert rest.known >= 3
    assert corpus.describe().identity == undisturbed


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_kill_minus_nine_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    """Killed at random moments and run again: the corpus is that of an undisturbed run."""
    root = tmp_path / "genuine"
    for source in "abc":
        (root / source).mkdir(parents=True)
        for number in range(30):
            (root / source / f"{number}.eml").write_bytes(mail(number + ord(source) * 100, "x" * number))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ADD]
    calm, path = tmp_path / "calm.lvc", tmp_path / "c.lvc"
    subprocess.run([*command, str(calm), str(root)], env=environment, check=True, capture_output=True)
    dice, kills = random.Random(9), 0
    seen = 0
    while True:
        run = subprocess.Popen([*command, str(path), str(root)], env=environment, stdout=subprocess.DEVNULL)
        try:
            if kills < 2:
                until = time.monotonic() + 30
                while run.poll() is None and time.monotonic() < until and _count(path) <= seen:
                    time.sleep(0.02)
                time.sleep(dice.uniform(0, 0.15))
                run.send_signal(signal.SIGKILL)
                kills += run.wait(30) == -signal.SIGKILL
                assert _count(path) >= seen, "what was committed is gone"
                seen = _count(path)
                if run.returncode == 0:
                    break
            else:
                assert run.wait(60) == 0
                break
        finally:
            run.kill()
            run.wait()
    assert kills >= 2, "the run was over before it could be disturbed"
    one, other = lv.Corpus(calm), lv.Corpus(path)
    assert other.describe() == one.describe()
    assert list(other.rows()) == list(one.rows())


def test_a_change_that_was_cut_off_is_undone(shared: Box, tmp_path: Path, folder: Path) -> None:
    """Killed with half of a change on the disk: whoever opens the file next finds it as it was before."""
    corpus = filled(tmp_path, folder)
    before = corpus.describe()
    code = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size=1')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.execute('UPDATE document SET body=randomblob(200000)')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(corpus.path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert Path(f"{corpus.path}-journal").exists(), "nothing was cut off"
    assert lv.Corpus(corpus.path).describe() == before
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["c.lvc"]


def test_a_change_that_fails_leaves_everything_as_it_was(shared: Box, tmp_path: Path, folder: Path) -> None:
    corpus = filled(tmp_path, folder)
    before = corpus.describe()
    with CorpusStore(corpus.path, write=True) as store:
        kept = next(store.documents())
        odd = msgspec.structs.replace(kept, source="new", sha256=None)
        with pytest.raises(lv.StoreError):
            store.put([msgspec.structs.replace(kept, source="new"), odd], [], replace=True)
    assert corpus.describe() == before


def test_a_source_that_is_no_text_can_be_named(shared: Box, tmp_path: Path, folder: Path) -> None:
    (folder / os.fsdecode(b"bureau-\xe9")).mkdir()
    (folder / os.fsdecode(b"bureau-\xe9") / "1.eml").write_bytes(mail(50))
    corpus = lv.Corpus(tmp_path / "c.lvc")
    corpus.add(folder, sources_by_folder=True, source=os.fsdecode(b"d\xe9p\xf4t"))
    assert {"bureau-\\xe9", "d\\udce9p\\udcf4t"} <= set(corpus.describe().sources)


def _count(path: Path) -> int:
    try:
        with CorpusStore(path, write=False) as store:
            return store.count()
    except lv.StoreError:
        return 0


def test_memory_does_not_grow_with_the_folder(
    shared: Box, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is let go of with every batch: no store of a batch outlives it."""
    from leakverify import store

    open_at_once = most = 0
    real_open, real_close = store.Store.__init__, store.Store.close

    def opened(self: store.Store, *args: object, **named: object) -> None:
        nonlocal open_at_once, most
        real_open(self, *args, **named)  # type: ignore[arg-type]
        open_at_once += 1
        most = max(most, open_at_once)
        assert self.path is None, "content would touch the disk"

    def closed(self: store.Store) -> None:
        nonlocal open_at_once
        real_close(self)
        open_at_once -= 1

    monkeypatch.setattr(store.Store, "__init__", opened)
    monkeypatch.setattr(store.Store, "close", closed)
    monkeypatch.setattr(corpus_adding, "BATCH", 2)
    filled(tmp_path, folder)
    assert open_at_once == 0
    assert most <= 3  # the walk's, and that of the batch


# what is in the file ------------------------------------------------------------------------------------


def test_no_text_and_no_name_is_in_the_file(shared: Box, tmp_path: Path) -> None:
    """Every sample, as a loose file and attached to a mail; the file is searched packed and unpacked."""
    root = tmp_path / "genuine"
    root.mkdir()
    for name, data in DOCUMENTS.items():
        (root / name).write_bytes(data)
    attached = mails.Multi(
        [
            mails.Body(b"Zibeline pays Quenneville\n"),
            mails.Body("application/pdf", DOCUMENTS["Tartempion accounts.pdf"], "base64", 'attachment; filename="Bidulette.pdf"'),
        ]
    )  # fmt: skip
    (root / "carrier.eml").write_bytes(mails.mail(attached, sender="Farfelu <zorglub@x.example>"))
    (root / "pack.zip").write_bytes(
        zipped({f"Olibrius/{n}": d for n, d in DOCUMENTS.items() if n.endswith("png")})
    )
    corpus = lv.Corpus(tmp_path / "c.lvc")
    assert corpus.add(root, source="office").documents >= len(DOCUMENTS)
    assert told(_everything(corpus.path)) == []


def test_names_are_kept_when_asked_and_content_never(shared: Box, tmp_path: Path) -> None:
    root = tmp_path / "genuine"
    root.mkdir()
    (root / "Zibeline.docx").write_bytes(DOCUMENTS["Zibeline.docx"])
    corpus = lv.Corpus(tmp_path / "c.lvc")
    corpus.add(root, source="office", keep_text=True)
    whole = _everything(corpus.path)
    assert {"Quenneville", "Tartempion", "Rantanplan"} <= set(told(whole))
    assert "1789.40" not in whole
    assert corpus.describe().keeps_text == 2  # the document and the picture in it
    assert {entry.name.partition(" ")[0] for entry in corpus.list()} == {"Zibeline.docx"}
    assert [finding.what for finding in corpus.vet().findings if finding.what == "texts"] == ["texts"]
    with_text = list(corpus.rows())
    corpus.add(root, source="office")  # read anew, and the texts go
    assert told(_everything(corpus.path)) == []
    again = list(corpus.rows())
    assert [msgspec.structs.replace(r, places={}) for r in again] == [
        msgspec.structs.replace(r, places={}) for r in with_text
    ]


def _everything(path: Path) -> str:
    """The bytes of the file, and all that is packed inside it."""
    found = [path.read_bytes().decode("latin-1")]
    with CorpusStore(path, write=False) as store:
        for kept in store.documents():
            found += [repr(msgspec.structs.asdict(kept)), zlib.decompress(kept.body).decode()]
            found.append(zlib.decompress(kept.row).decode("latin-1"))
    return "\n".join(found)


def test_the_search_for_secrets_finds_them() -> None:
    assert told(" ".join(SECRETS).upper()) == list(SECRETS)


def test_what_is_removed_leaves_the_file(shared: Box, tmp_path: Path, folder: Path) -> None:
    corpus = filled(tmp_path, folder)
    gone = [entry.sha256 for entry in corpus.list(source="press")]
    only = next(sha256 for sha256 in gone if sha256 not in {e.sha256 for e in corpus.list(source="ministry")})
    assert only in corpus.path.read_bytes().decode("latin-1")
    assert corpus.remove(source="press") == 3
    assert only not in corpus.path.read_bytes().decode("latin-1")
    first = next(corpus.list(source="ministry")).sha256
    assert corpus.remove(document=first[:12].upper()) == 1
    assert corpus.describe().documents == 5
    assert corpus.remove(source="nobody") == 0
    corpus.add(folder, sources_by_folder=True, source="desk")  # they can come back
    assert corpus.describe().documents == 9


@pytest.mark.parametrize(
    "how", [{}, {"source": "a", "document": "0" * 16}, {"document": "abc"}, {"document": "%" * 9}]
)
def test_removing_asks_for_one_thing(how: dict[str, str], shared: Box, tmp_path: Path, folder: Path) -> None:
    corpus = filled(tmp_path, folder, choose=lambda path: path == "loose.eml")
    with pytest.raises(lv.UsageError):
        corpus.remove(**how)
    assert corpus.describe().documents == 1


# merging ------------------------------------------------------------------------------------------------


def test_two_corpora_become_what_one_would_have_been(shared: Box, tmp_path: Path, folder: Path) -> None:
    whole = filled(tmp_path, folder)
    mine, theirs = lv.Corpus(tmp_path / "mine.lvc"), lv.Corpus(tmp_path / "theirs.lvc")
    mine.add(folder / "ministry", source="ministry")
    theirs.add(
        folder, sources_by_folder=True, source="desk", choose=lambda path: not path.startswith("ministry")
    )
    assert mine.merge(theirs.path) == 4
    assert mine.merge(theirs.path) == 0
    assert mine.describe() == whole.describe()
    assert list(mine.rows()) == list(whole.rows())


def test_no_text_comes_along_with_another_corpus(shared: Box, tmp_path: Path) -> None:
    root = tmp_path / "genuine"
    root.mkdir()
    (root / "Cacahuete.eml").write_bytes(DOCUMENTS["Cacahuete.eml"])
    theirs = lv.Corpus(tmp_path / "theirs.lvc")
    theirs.add(root, source="office", keep_text=True)
    mine, asked = lv.Corpus(tmp_path / "mine.lvc"), lv.Corpus(tmp_path / "asked.lvc")
    assert mine.merge(theirs.path) == 2  # the mail and its attachment
    assert told(_everything(mine.path)) == []
    asked.merge(theirs.path, keep_text=True)
    assert "Quenneville" in told(_everything(asked.path))


def test_a_corpus_of_somebody_else_cannot_do_harm(shared: Box, tmp_path: Path, folder: Path) -> None:
    theirs = filled(tmp_path, folder)
    bomb = zlib.compress(b" " * (80 << 20), 9)
    for number, harm in enumerate(
        [
            "CREATE TRIGGER t AFTER DELETE ON document BEGIN SELECT 1; END",
            "CREATE VIEW v AS SELECT * FROM document",
            "UPDATE document SET body=x'00'",
            "UPDATE document SET body=?",
            "UPDATE document SET keeps_text='many'",
            "UPDATE document SET sha256='0'||substr(sha256, 2)",
        ]
    ):
        path = tmp_path / f"{number}.lvc"
        path.write_bytes(theirs.path.read_bytes())
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute(harm, (bomb,) if "?" in harm else ())
            db.commit()
        mine = lv.Corpus(tmp_path / f"mine-{number}.lvc")
        if "sha256=" in harm:
            assert mine.merge(path) < 9  # entries that do not belong to what they hold are left out
            continue
        with pytest.raises(lv.StoreError):
            mine.merge(path)
        assert _count(mine.path) == 0


# the file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one" * 40, b""])
def test_something_else_is_no_corpus(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.lvc"
    path.write_bytes(content)
    with pytest.raises(lv.StoreError):
        lv.Corpus(path)
    assert path.read_bytes() == content


def test_a_scan_store_is_no_corpus_and_a_later_version_is_left_alone(tmp_path: Path) -> None:
    from leakverify.store import Store

    Store(tmp_path / "s.lvs").close()
    with pytest.raises(lv.StoreError):
        lv.Corpus(tmp_path / "s.lvs")
    path = tmp_path / "c.lvc"
    CorpusStore(path, write=True).close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version={VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(lv.StoreTooNew):
        lv.Corpus(path)
    assert path.read_bytes() == before


def test_asking_a_corpus_that_is_not_there_makes_none(tmp_path: Path) -> None:
    corpus = lv.Corpus(tmp_path / "c.lvc")
    for call in (corpus.describe, corpus.vet, lambda: list(corpus.rows()), lambda: corpus.remove(source="a")):
        with pytest.raises(lv.StoreError, match="no corpus"):
            call()
    assert list(tmp_path.iterdir()) == []


def test_one_command_writes_at_a_time_and_leaves_one_file(tmp_path: Path) -> None:
    path = tmp_path / "c.lvc"
    with CorpusStore(path, write=True):
        with pytest.raises(lv.StoreError, match="in use"):
            CorpusStore(path, write=True)
        CorpusStore(path, write=False).close()
    assert [p.name for p in tmp_path.iterdir()] == ["c.lvc"]


def test_features_of_an_earlier_version_are_made_anew(shared: Box, tmp_path: Path, folder: Path) -> None:
    corpus = filled(tmp_path, folder)
    rows = list(corpus.rows())
    with contextlib.closing(sqlite3.connect(corpus.path)) as db:
        db.execute("UPDATE document SET features=?, row=x'00'", (FEATURES_VERSION - 1,))
        db.commit()
    # what the checks answered is read from the documents again, by `corpus add`
    assert list(corpus.rows()) == [with_words(row, {}) for row in rows]


def test_a_document_read_by_an_earlier_version_is_told_and_read_again(
    shared: Box, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = filled(tmp_path, folder)
    monkeypatch.setattr(corpus_adding, "extractor_version", lambda: "later")
    assert corpus.describe().old_reading == 9
    assert {finding.what for finding in corpus.vet().findings} >= {"old-reading"}
    assert corpus.add(folder, sources_by_folder=True, source="desk").documents == 9
    assert corpus.describe().old_reading == 0 and corpus.describe().documents == 9


def test_the_identity_follows_what_is_in_it(shared: Box, tmp_path: Path, folder: Path) -> None:
    corpus = filled(tmp_path, folder)
    before = corpus.describe().identity
    corpus.remove(source="desk")
    assert corpus.describe().identity != before


def test_rows_keep_their_absences(shared: Box, tmp_path: Path, folder: Path) -> None:
    row = next(filled(tmp_path, folder).rows())
    assert row.absent["s.mail.boundary"] is Absence.NOT_STATED


def test_a_model_is_learned_from_the_rows(
    shared: Box, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = pytest.importorskip("leakverify.classifier.model")
    asked: dict[str, object] = {}

    def fit(rows: object, **options: object) -> str:
        asked.update(options, rows=list(rows))  # type: ignore[call-overload]
        return "a model"

    monkeypatch.setattr(model.Model, "fit", fit)
    corpus = filled(tmp_path, folder)
    assert corpus.fit(writers=False) == "a model"
    assert asked == {
        "rows": list(corpus.rows()),
        "corpus": corpus.describe().identity,
        "name": "c",
        "writers": False,
    }


def test_what_is_kept_is_named_in_the_types() -> None:
    """Columns of the file are the fields of a document, in their order."""
    from leakverify.corpus_store import _COLUMNS

    assert tuple(_COLUMNS.split(", ")) == Kept.__struct_fields__


def test_chosen_paths_are_met_in_the_order_of_a_walk(tmp_path: Path) -> None:
    """A scan of some paths goes through them as a walk of the folder would."""
    from leakverify.scanner import Walk
    from leakverify.store import Store

    for name in ("a/x", "a-b", "a.b", "a/y/z", "a0", "A/q", "b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    with Store(None) as store:
        met = [key for key, _ in Walk(tmp_path, store)]
    assert met == sorted(met) and len(met) == 7
