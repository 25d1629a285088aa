"""Conversations made of questions that share a subject."""

from __future__ import annotations

from benchmarks.conversations import Material, conversations, subjects, with_pronoun


def replaced(question: str, subject: str) -> str:
    return with_pronoun(question, *subjects(question)[subject])


def test_a_subject_is_replaced_by_the_pronoun_that_fits() -> None:
    assert replaced("How far is Jacksonville from Miami?", "jacksonville") == (
        "How far is it from Miami?"
    )
    assert replaced("Who wrote about the forests of Brazil?", "forests") == (
        "Who wrote about them of Brazil?"
    )
    assert replaced("When did the Amazon rainforest grow?", "amazon rainforest grow")


def test_turns_name_their_history_and_what_was_meant() -> None:
    questions = {
        "a": "What is the Rhine?",
        "b": "How long is the Rhine?",
        "c": "Who bridged the Rhine?",
        "d": "What is a prime number?",
    }
    gold = {"a": "p0", "b": "p0", "c": "p1", "d": "p9"}
    turns = conversations(Material(questions, gold, dict.fromkeys(questions, "An answer.")))
    (second,) = turns["second turn"]
    assert [m.content for m in second.history] == ["What is the Rhine?", "An answer."]
    assert (second.asked, second.full, second.gold) == ("How long is it?", questions["b"], "p0")
    (elsewhere,) = turns["second turn, another paragraph"]
    assert (elsewhere.asked, elsewhere.gold) == ("Who bridged it?", "p1")
    (third,) = turns["third turn"]
    assert [m.content for m in third.history][::2] == ["What is the Rhine?", "How long is it?"]
    assert all(turn.asked == turn.full for turn in turns["another subject"])
