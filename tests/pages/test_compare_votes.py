"""Votes on compared answers: blind, taken back, rated; and better answers."""

import re

from tests.pages.comparing import BOOKING, FOUND, PAGE, READER, SCRIPTED_FOUND, words


def test_blind_comparison_tells_no_names_before_the_vote(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, FOUND, SCRIPTED_FOUND, blind=True)
    shown = words(session)
    assert "**Answer A**" in shown
    assert not any(
        told in shown for told in ("Extractive reader", "Scripted replies", "First token")
    )
    assert not session.get("page_link")
    session.button(key="vote_1").click().run()
    assert not session.exception
    vote = opened.store.comparisons.vote(found.id)
    assert (vote.best, vote.blind) == (1, True)
    shown = words(session)
    assert "**Extractive reader + retrieval**" in shown
    assert "First token" in shown
    assert "given blind" in shown


def test_vote_moves_the_rating_and_taking_it_back_moves_it_again(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, READER, FOUND)
    session.button(key="vote_1").click().run()
    assert re.search(r"reader \*\*\d+\*\* :red\[-", words(session))
    assert re.search(r"retrieval \*\*\d+\*\* :green\[\+", words(session))
    session.button(key="take_back").click().run()
    assert opened.store.comparisons.votes() == []
    session.button(key="vote_equal").click().run()
    assert opened.store.comparisons.vote(found.id).best is None
    assert ":green[" not in words(session)


def test_names_can_be_shown_without_a_vote(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, READER, FOUND, blind=True)
    session.button(key="reveal").click().run()
    assert "**Extractive reader**" in words(session)
    session.button(key="vote_none").click().run()
    assert not opened.store.comparisons.vote(found.id).blind


def test_ratings_of_all_votes_are_listed(app, add, compare):
    add("faq.md")
    session = app(PAGE)
    compare(session, BOOKING, READER, FOUND, blind=True)
    session.button(key="vote_0").click().run()
    compare(session, BOOKING, FOUND, SCRIPTED_FOUND)
    session.button(key="vote_0").click().run()
    ratings = app(PAGE, view="Ratings")
    (table,) = ratings.dataframe
    assert sorted(table.value["Votes"]) == [1, 1, 2]
    assert sum(table.value["Wins"]) == 2
    ratings.toggle(key="blind_only").set_value(True).run()
    assert len(ratings.dataframe[0].value) == 2


def test_ratings_without_votes_say_how_to_get_some(app):
    assert "No votes yet" in words(app(PAGE, view="Ratings"))


def test_better_answer_is_kept(app, add, compare, opened):
    add("faq.md")
    session = app(PAGE)
    found = compare(session, BOOKING, READER, FOUND)
    session.text_area(key=f"compare_correction_{found.id}").set_value("Never.")
    next(one for one in session.button if one.label == "Save").click().run()
    assert opened.store.comparisons.get(found.id).correction == "Never."
