"""The history questions of a topic as form fields: what was answered, and which that must be answered are open."""

from typing import Any

from server.contract.case import AbsentReason, Answer, Topic
from server.contract.catalogue import Question, history, text_in
from server.web.catalogue import N_
from server.web.field_problems import UNREADABLE
from server.web.forms import Form

PREFIX = "q-"
MOST_CHARACTERS = 4000
OPEN = N_("Choose an answer, please.")
ALONE = N_("One of these answers excludes the others. Choose again, please.")
TOO_LONG = N_("This is too long. Shorten it, please.")


def questions_of(topic: Topic) -> list[Question]:
    """In the order in which the topic asks them."""
    asked = history()
    found = [asked.question(each) for each in asked.topics[topic]]
    return [each for each in found if each is not None]


def field_of(question: Question) -> str:
    return PREFIX + question.id


def problems_of(form: Form[Any], questions: list[Question]) -> dict[str, str]:
    """What is wrong with the answers, by field, in words to translate."""
    found = {field_of(each): _problem(each, answer_to(form, each)) for each in questions}
    return {name: words for name, words in found.items() if words}


def answer_to(form: Form[Any], question: Question) -> Answer:
    """Choices that the question does not have are none; a question left open says so."""
    typed = form.typed.get(field_of(question), [])
    known = {choice.id for choice in question.choices}
    choices = tuple(each for each in typed if each in known)
    text = "" if question.choices else "\n".join(typed).replace("\r\n", "\n").strip()
    absent = None if choices or text else AbsentReason.ASKED_DECLINED
    return Answer(question=question.id, choices=choices, text=text, absent=absent)


def told_answer(form: Form[Any], question: Question, language: str) -> str:
    answer = answer_to(form, question)
    chosen = [text_in(each.text, language) for each in question.choices if each.id in answer.choices]
    return answer.text or ", ".join(chosen)


def _problem(question: Question, answer: Answer) -> str:
    if question.required and answer.absent:
        return OPEN
    is_single = question.kind == "one" or bool(set(question.alone) & set(answer.choices))
    if is_single and len(answer.choices) > 1:
        return ALONE
    if any(character < " " and character not in "\t\n" for character in answer.text):
        return UNREADABLE
    return TOO_LONG if len(answer.text) > MOST_CHARACTERS else ""
