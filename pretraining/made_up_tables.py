"""Made-up tables of made-up companies with questions that their rows answer, and questions that
look so: what the prose of encyclopedias does not teach a reranker.

Statements, segments and counts, as the product reads them off pages: a title, what is in front of
a chunk, the head of the table, then a line a row with its cells behind tabs; and sentences that
tell the same. The lines are those of any report and the ratios those of any textbook; every number
and name is drawn.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pretraining.report_words import (
    ABOUT,
    ASIDES,
    BALANCE,
    CASH,
    COUNTS,
    GOODS,
    INCOME,
    KINDS,
    MEASURES,
    PLACES,
    RATIOS,
    STATEMENTS,
    SYLLABLES,
    TOLD,
)

Group = dict[str, Any]
LINES = {**INCOME, **BALANCE, **CASH}


@dataclass(frozen=True)
class Table:
    """A table as a passage has it: what stands in front, its head, its rows by their names."""

    context: str
    head: str
    rows: Mapping[str, str]
    aside: str = ""

    def text(self, without: Sequence[str] = ()) -> str:
        kept = [row for name, row in self.rows.items() if name not in without]
        return "\n".join(part for part in (self.context, self.head, *kept, self.aside) if part)

    def span(self, name: str) -> list[int]:
        """Where a row stands in the text."""
        start = self.text().index(self.rows[name])
        return [start, start + len(self.rows[name])]


@dataclass(frozen=True)
class Company:
    """A made-up company in one year: how it is called, its report's title, the years it tells."""

    name: str
    title: str
    years: tuple[int, ...]


class Tables:
    """Draws companies, their tables and questions about them."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def groups(self, count: int) -> Iterator[Group]:
        """So many questions, each with the passage that answers it and `others` that do not; every
        other one is asked once more so that its passage does not answer."""
        makers = (self._of_statement, self._of_statement, self._of_ratio, self._of_parts,
                  self._of_counts, self._of_sentences)  # fmt: skip
        for _ in range(count):
            yield from self._dice.choice(makers)(self._company())

    def _company(self) -> Company:
        dice = self._dice
        name = "".join(dice.sample(SYLLABLES, dice.choice((2, 2, 3)))).capitalize()
        if dice.random() < 0.15:
            name = name.upper()
        elif dice.random() < 0.3:
            name += " " + "".join(dice.sample(SYLLABLES, 2)).capitalize()
        last = dice.randint(2009, 2025)
        years = tuple(range(last, last - dice.choice((2, 2, 3)), -1))
        full, code = f"{name} {dice.choice(KINDS)}", name.upper().replace(" ", "")
        title = dice.choice(
            (f"{full} – {code} {last} 10K", f"{full} Annual Report {last}", f"{code} {last} 10K",
             f"UNITED STATES SECURITIES AND EXCHANGE COMMISSION – {code} {last} 10K",
             f"{name} annual review {last}", f"{full} – FY{last % 100} results")
        )  # fmt: skip
        return Company(name, title, years)

    def _statement(self, company: Company, title: str, needed: Sequence[str] = ()) -> Table:
        """A statement with the lines that are needed among others, in their usual order."""
        lines = [name for name in STATEMENTS[title] if name in needed or self._dice.random() < 0.6]
        if {"Net sales", "Total revenue"} <= set(lines):
            lines.remove("Total revenue" if "Total revenue" not in needed else "Net sales")
        size = 10 ** self._dice.uniform(1.5, 5)
        rows = {
            name: self._row(name, company, size * self._dice.uniform(0.05, 1)) for name in lines
        }
        scale = self._dice.choice((" (in millions)", " ($ in millions, except per share data)",
                                   " (In thousands)", ""))  # fmt: skip
        heading = title.upper() if self._dice.random() < 0.3 else title
        aside = self._dice.choice((*ASIDES, "", ""))
        return Table(f"{company.title}\n{heading}{scale}", self._head(company), rows, aside)

    def _head(self, company: Company) -> str:
        day = self._dice.choice(("December 31,", "June 30,", "Years ended September 30,",
                                 "For the years ended", "Fiscal year", ""))  # fmt: skip
        return "\t".join((day, *map(str, company.years)))

    def _row(self, name: str, company: Company, size: float) -> str:
        cells = []
        for _ in company.years:
            size *= self._dice.uniform(0.8, 1.25)
            cell = f"{size:,.2f}" if "per share" in name else f"{size:,.0f}"
            cells.append(
                f"({cell})" if name.startswith(("Purchases", "Cost", "Dividends")) else cell
            )
        if self._dice.random() < 0.25:
            cells = [f"$ {cell}" for cell in cells]
        return "\t".join((name, *cells))

    def _asked(self, company: Company, thing: str, *, years: Sequence[int] | None = None) -> str:
        """A question for a figure, or for how it changed."""
        told = years or company.years
        year, before = (told[0], told[1]) if self._dice.random() < 0.7 else (told[-2], told[-1])
        now, then = self._year(year), self._year(before)
        return self._dice.choice(
            (f"What was {company.name}'s {thing} in {now}?",
             f"What is the {now} {thing} of {company.name} (in USD millions)?",
             f"How much {thing} did {company.name} report in {now}?",
             f"how much was {thing} in {now}",
             f"How did {company.name}'s {thing} change between {then} and {now}?",
             f"Did {company.name} grow its {thing} between {then} and {now}?",
             f"By what percentage did {thing} change from {then} to {now}?",
             f"Was there any drop in {thing} between {then} and {now}?",
             f"{company.name} {thing} {now}")
        )  # fmt: skip

    def _year(self, year: int) -> str:
        return self._dice.choice((f"{year}", f"{year}", f"FY{year}", f"FY{year % 100:02}"))

    def _of_statement(self, company: Company) -> Iterator[Group]:
        title = self._dice.choice(list(STATEMENTS))
        line = self._dice.choice(list(STATEMENTS[title]))
        thing = self._dice.choice(STATEMENTS[title][line])
        table = self._statement(company, title, [line])
        yield from self._group(company, table, [line], thing, title, self._asked(company, thing))

    def _of_ratio(self, company: Company) -> Iterator[Group]:
        ratio = self._dice.choice(list(RATIOS))
        title = next(t for t, lines in STATEMENTS.items() if set(RATIOS[ratio]) <= set(lines))
        table = self._statement(company, title, RATIOS[ratio])
        now, then = self._year(company.years[0]), self._year(company.years[1])
        question = self._dice.choice(
            (f"Does {company.name} have an improving {ratio} profile as of {now}?",
             f"What is {company.name}'s {now} {ratio}?",
             f"Has the {ratio} of {company.name} improved or declined between {then} and {now}?",
             f"How did {company.name}'s {ratio} develop from {then} to {now}?",
             f"What was the {ratio} in {now}? Use the line items of the statement.")
        )  # fmt: skip
        yield from self._group(company, table, RATIOS[ratio], ratio, title, question)

    def _of_parts(self, company: Company) -> Iterator[Group]:
        """Which of some regions or products did best."""
        kinds = {"region": PLACES, "market": PLACES, "product category": GOODS, "segment": GOODS}
        kind, names = self._dice.choice(list(kinds.items()))
        measure = self._dice.choice(list(MEASURES))
        thing = self._dice.choice(MEASURES[measure])
        chosen = self._dice.sample(names, self._dice.randint(3, 6))
        size = 10 ** self._dice.uniform(1.5, 4)
        rows = {n: self._row(n, company, size * self._dice.uniform(0.2, 1)) for n in chosen}
        table = Table(f"{company.title}\n{measure} by {kind}", self._head(company), rows)
        now, one = self._year(company.years[0]), self._dice.choice(chosen)
        question = self._dice.choice(
            (f"Which {kind} had the highest {thing} for {company.name} in {now}?",
             f"Which {kind} of {company.name} had the worst {thing} performance during {now}?",
             f"What was the {thing} of {company.name} in {one} in {now}?",
             f"How much of {company.name}'s {thing} came from {one} in {now}?",
             f"Did {thing} in {one} grow in {now}?")
        )  # fmt: skip
        wanted = [one]
        if one not in question:  # all rows are compared, and the answer is one of them
            wanted = sorted(
                rows, key=lambda name: _first(rows[name]), reverse="highest" in question
            )
        yield from self._group(company, table, wanted, f"{thing} of {one}", "", question)

    def _of_counts(self, company: Company) -> Iterator[Group]:
        chosen = self._dice.sample(COUNTS, self._dice.randint(3, 7))
        rows = {n: self._row(n, company, 10 ** self._dice.uniform(0.5, 5)) for n in chosen}
        heading = self._dice.choice(("Key figures", "The company in numbers", "Operating data"))
        table = Table(f"{company.title}\n{heading}", self._head(company), rows)
        line = self._dice.choice(chosen)
        thing = f"number of {line.lower()}"
        question = self._asked(company, thing)
        if self._dice.random() < 0.4:
            question = f"How many {line.lower()} were there in {self._year(company.years[0])}?"
        yield from self._group(company, table, [line], thing, "", question)

    def _of_sentences(self, company: Company) -> Iterator[Group]:
        """What a report tells of its lines in words."""
        lines = self._dice.sample(sorted(LINES), 3)
        now, then = company.years[:2]
        told = {}
        for line in lines:
            called = self._dice.choice(LINES[line])
            low = self._dice.uniform(1, 900)
            high = low * self._dice.uniform(1.01, 1.4)
            told[called] = self._dice.choice(TOLD).format(
                asked=called, Asked=called[:1].upper() + called[1:], now=now, then=then,
                low=f"${low:,.1f} million", high=f"${high:,.1f} million",
            )  # fmt: skip
        thing = next(iter(told))
        rows = dict(self._dice.sample(list(told.items()), len(told)))
        table = Table(f"{company.title}\nResults of operations", "", rows)
        question = self._asked(company, thing, years=(now, then))
        yield from self._group(company, table, [thing], thing, "", question)

    def _group(
        self,
        company: Company,
        table: Table,
        wanted: Sequence[str],
        thing: str,
        title: str,
        question: str,
    ) -> Iterator[Group]:
        """The question with its table, and sometimes one that the table does not answer."""
        other = self._company()
        about = self._dice.choice(ABOUT).format(
            asked=thing, Asked=thing[:1].upper() + thing[1:], n=self._dice.randint(2, 20)
        )
        titles = [t for t in STATEMENTS if STATEMENTS[t] is not STATEMENTS.get(title)]
        statement = self._statement(company, self._dice.choice(titles))
        others = [f"{company.title}\n{about}", statement.text(without=wanted)]
        if title:
            others.append(self._statement(other, title, wanted).text())
        self._dice.shuffle(others)
        yield {
            "source": "tables", "question": question, "passage": table.text(), "whole": True,
            "answer": table.span(wanted[0]), "others": others,
        }  # fmt: skip
        chance = self._dice.random()
        if chance < 0.5:
            return
        if chance < 0.75:
            others = [table.text(without=wanted)]
        else:
            long_ago = [year - self._dice.randint(5, 9) for year in company.years]
            question, others = self._asked(company, thing, years=long_ago), [table.text()]
        yield {"source": "tables", "question": question, "passage": None, "answer": None,
               "others": others}  # fmt: skip


def _first(row: str) -> int:
    """The number in a row's first cell."""
    return int("".join(c for c in row.split("\t")[1] if c.isdigit()))
