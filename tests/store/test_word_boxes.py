"""Words and their boxes survive packing; lines are boxed one by one."""

import pytest

from store.records import Box, Word
from store.word_boxes import PackedWords, line_boxes, pack

LINE = [
    Word(0, 3, Box(0.1, 0.10, 0.2, 0.12)),
    Word(4, 8, Box(0.21, 0.10, 0.3, 0.125)),
    Word(9, 12, Box(0.1, 0.14, 0.2, 0.16)),
]


def test_words_come_back_with_boxes_to_a_65535th():
    back = PackedWords(pack(LINE))
    assert [(w.start, w.end) for w in back] == [(w.start, w.end) for w in LINE]
    for given, got in zip(LINE, back, strict=True):
        assert got.box == pytest.approx(given.box, abs=1 / 65535)
    assert list(PackedWords(pack([]))) == []


def test_packed_words_are_a_sequence():
    back = PackedWords(pack(LINE))
    assert (len(back), back[0], back[-1], back[1:]) == (3, *list(back)[::2], list(back)[1:])
    assert pack(back) == back.packed


def test_boxes_beyond_the_page_are_cut_at_its_edge():
    [word] = PackedWords(pack([Word(0, 1, Box(-0.5, 0, 1.5, 1))]))
    assert word.box == Box(0, 0, 1, 1)


def test_one_box_goes_around_the_words_of_each_line():
    assert line_boxes(LINE, 0, 12) == (Box(0.1, 0.10, 0.3, 0.125), LINE[2].box)
    assert line_boxes(LINE, 4, 8) == (LINE[1].box,)
    assert line_boxes(LINE, 3, 4) == ()


def test_next_column_on_the_same_height_is_a_line_of_its_own():
    right, left = Box(0.6, 0.1, 0.7, 0.12), Box(0.1, 0.1, 0.2, 0.12)
    assert line_boxes([Word(0, 3, right), Word(4, 8, left)], 0, 8) == (right, left)
