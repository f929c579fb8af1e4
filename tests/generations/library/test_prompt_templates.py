"""Templates: their names, two people and two tabs at once, and the way back."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from accounts.models import User
from generations.library import prompt_templates as verbs
from generations.library.prompt_templates import TemplateChangedError, TemplateRefusedError, TemplateWords
from generations.models import PromptTemplate

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make(owner: User, name: str = "Still life", text: str = "{{thing}} on oak", **more: str) -> PromptTemplate:
    return verbs.create(TemplateWords(name, text, **more), owner=owner, now=NOW)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 61, "\x00", "still  LIFE", "Ｓｔｉｌｌ life"])
def test_a_name_that_cannot_be_is_refused_beside_its_field(alice: User, name: str) -> None:
    make(alice)

    with pytest.raises(TemplateRefusedError) as refused:
        make(alice, name)

    assert refused.value.field == "name"


@pytest.mark.parametrize("text", ["", " \n", "{{open", "a\x00b", "x" * 20_001])
def test_a_text_that_cannot_be_is_refused_beside_its_field(alice: User, text: str) -> None:
    with pytest.raises(TemplateRefusedError) as refused:
        make(alice, text=text)

    assert refused.value.field == "text"


def test_names_keep_their_signs(alice: User) -> None:
    assert make(alice, '100% "quoted" OR 1=1; <b>').name == '100% "quoted" OR 1=1; <b>'


def test_an_older_form_is_told_and_changes_nothing(alice: User) -> None:
    template = make(alice)
    verbs.edit(template, TemplateWords("Still life", "first"), version=1, now=NOW)

    with pytest.raises(TemplateChangedError) as changed:
        verbs.edit(template, TemplateWords("Still life", "second"), version=1, now=NOW)

    assert changed.value.current.text == "first"
    assert verbs.edit(template, TemplateWords("Still life", "second"), version=2, now=NOW).text == "second"


def test_the_same_words_again_are_no_conflict(alice: User) -> None:
    template = make(alice)
    for _time in range(2):
        assert verbs.edit(template, TemplateWords("Still life", "new"), version=1, now=NOW).version == 2


def test_a_deleted_one_comes_back_unless_its_name_is_taken(alice: User) -> None:
    template = make(alice)
    verbs.delete(template, now=NOW)
    assert not verbs.templates_of(alice).exists()
    verbs.restore(template)
    assert list(verbs.templates_of(alice)) == [template]

    verbs.delete(template, now=NOW)
    make(alice)
    with pytest.raises(TemplateRefusedError):
        verbs.restore(template)


def test_what_was_deleted_long_ago_is_forgotten(alice: User) -> None:
    verbs.delete(make(alice), now=NOW - datetime.timedelta(days=31))
    verbs.delete(make(alice), now=NOW)

    assert verbs.sweep(now=NOW) == 1


@pytest.mark.parametrize("words", ["oak", "STILL", "100%", "life oak"])
def test_others_find_what_is_shared_and_nothing_else(alice: User, bob: User, words: str) -> None:
    shared = make(alice, "Still life 100%", visibility="team")
    make(alice, "Only mine", "on oak, 100% still life")

    assert list(verbs.templates_of(bob, words=words)) == [shared]
    assert list(verbs.templates_of(bob, words="' OR 1=1 --")) == []
