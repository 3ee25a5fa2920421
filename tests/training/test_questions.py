"""Questions made by rule read like questions, and sentences that cannot be asked for are left."""

import pytest

from assistant.training.questions import questions_about


def best(text: str, **given) -> str:
    found = questions_about(text, **given)
    return found[0].text if found else ""


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "Lost property is kept for 90 days at the ticket office.",
            "How long is lost property kept at the ticket office?",
        ),
        ("A claim must reach us within seven days.", "How soon must a claim reach you?"),
        (
            "You must submit an appeal within 180 days of the date of your notice.",
            "How soon must I submit an appeal?",
        ),
        (
            "Foot passengers should be at the gate ten minutes before departure.",
            "How long before departure should foot passengers be at the gate?",
        ),
        ("Rosters are published 28 days ahead.", "How long ahead are rosters published?"),
        (
            "The broken bolt will be kept in the Watch House until 31 December 2027.",
            "Until when will the broken bolt be kept in the Watch House?",
        ),
        ("R4 sails on Mondays, Fridays and Saturdays at 11:00.", "When does R4 sail?"),
        (
            "You pay 5 per cent of salary and the company pays 9 per cent.",
            "Do I pay 5 per cent of salary?",
        ),
        ("The Marram was built in Leith in 1987.", "When was the Marram built in Leith?"),
        (
            "The deductible for Northwind Standard is $2,000 per person.",
            "How much is the deductible for Northwind Standard per person?",
        ),
        ("Repairs cost £214,000, of which the insurers paid a part.", "How much do repairs cost?"),
        (
            "Shore power supplied 1,410 megawatt-hours, all of it from the wind farm.",
            "How many megawatt-hours did shore power supply?",
        ),
        (
            "If you leave within six months of a course, half of the grant is repaid.",
            "What happens if I leave within six months of a course?",
        ),
        (
            "In order to receive coverage for drugs, members must use one of the pharmacies.",
            "What must members use in order to receive coverage for drugs?",
        ),
        ("Cosmetic surgery is a procedure for aesthetic purposes.", "What is cosmetic surgery?"),
        (
            "However, your contributions are based on the type of coverage you choose.",
            "Are my contributions based on the type of coverage I choose?",
        ),
        ("School parties travel free on request.", "Do school parties travel free on request?"),
    ],
)
def test_sentences(sentence, question):
    assert best(sentence) == question


@pytest.mark.parametrize(
    "sentence",
    [
        "It replaces the thirteenth edition of January 2024.",  # which one?
        "This plan also offers prescription drug coverage.",
        "However, there are certain exceptions that should be noted:",
        "Make sure you keep all of your medical records up to date.",
        "passengers receive £420 a year.",  # its beginning is missing
        "Services provided in a skilled nursing facility",
        "At Contoso, we are proud to offer employees the best coverage.",
        "Captain Finch's last crossing, on 26 September, was met by eleven boats.",
        "Nobody will be blamed for a stop that was unnecessary.",
        "",
    ],
)
def test_what_makes_no_question_is_left(sentence):
    assert best(sentence) == ""


def test_rows_of_tables_are_asked_for_by_their_header():
    header = "Route\tDistance\tUsual vessel"
    asked = [q.text for q in questions_about("R2\t14 nautical miles\tThrift", header=header)]
    assert asked == [
        "What is the distance for route R2?",
        "What is the usual vessel for route R2?",
    ]
    years = questions_about("Cars\t71,240\t88,915", header="\t2021\t2022")
    assert years[1].text == "What was the figure for cars in 2022?"
    fares = questions_about("R4\tAdult\t7.80\t9.20", header="Route\tTicket\tLow\tHigh")
    assert fares[0].text == "What is the low figure for route R4, adult?"
    person = best("Pay and expenses\tMartin Treloar\t220", header="Subject\tPerson\tExtension")
    assert person == "Who is the person for pay and expenses?"
    assert best("R2\t14 nautical miles", header="") == ""


def test_lists_are_asked_for_by_what_leads_into_them():
    text = "Qualifications:\n• Five years at sea\n• A clean licence"
    assert best(text, heading="Harbour Master") == "What are the qualifications for Harbour Master?"
    text = "Our safety programme includes:\n• Drills\n• Audits"
    assert best(text) == "What does your safety programme include?"
    assert best("• Drills\n• Audits", heading="Safety") == ""


def test_a_heading_that_asks_is_the_question_of_what_comes_first_below_it():
    sentence = "Cars should book on Fridays and in July."
    assert best(sentence, heading="### Do I need to book?", opens=True) == "Do I need to book?"
    assert best(sentence, heading="### Do I need to book?") != "Do I need to book?"
