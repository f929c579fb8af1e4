from generations.sandbox.scenarios import Scenario, parse_scenario, strip_directives


def test_directives_are_found_anywhere_in_any_case_and_several_at_once() -> None:
    scenario = parse_scenario(
        "a cat [SANDBOX polls=3] in the sun [sandbox Drop, fail=Moderation] 猫 [sandbox seconds=1.5]"
    )

    assert (scenario.polls, scenario.drop, scenario.fail, scenario.seconds) == (3, True, "moderation", 1.5)


def test_a_prompt_without_directives_asks_for_nothing() -> None:
    assert parse_scenario("a [sandboxed] cat, sandbox polls=3") == Scenario()


def test_unknown_words_and_bad_numbers_are_ignored() -> None:
    assert parse_scenario("[sandbox shine polls=many tokens tps=x]") == Scenario()


def test_a_painter_never_sees_a_directive() -> None:
    assert strip_directives("a cat [sandbox polls=3] runs") == "a cat runs"
