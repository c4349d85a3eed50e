"""Scenario files: what they say, and what is said about those that make no sense."""

import pytest

from warroom.demo.scenario import Act, BadScenario, Scenario, Wait, parse
from warroom.domain.vocabulary import Severity

HEAD = "title\tDEMO Down\nperson\tana\nperson\tbo\n"


def steps(*lines: str) -> tuple[Act | Wait, ...]:
    """What lines after a head are read as."""
    return parse(HEAD + "\n".join(lines)).steps


def complaint(text: str) -> str:
    """What is said about a scenario that cannot be played."""
    with pytest.raises(BadScenario) as bad:
        parse(text)
    return str(bad.value)


def test_a_scenario_is_a_head_and_its_steps() -> None:
    """Comments and empty lines are for readers."""
    text = "# so\n\ntitle\t DEMO Down \nseverity\t2\nperson\tana\n0\tana\tit is down\n"
    act = Act(number=6, at=0, who="ana", line="it is down")
    expected = Scenario(title="DEMO Down", severity=Severity.SEV2, people=("ana",), steps=(act,))
    assert expected == parse(text)
    assert parse(HEAD).severity is None


def test_an_act_has_a_name_and_conditions() -> None:
    """In any order, and more than one condition."""
    _, act = steps(
        "0\tana\ta\tas one", "2.5\tbo\t/x {one} no\tif one maybe as two unless commanding"
    )
    assert isinstance(act, Act)
    assert (2.5, "two", ("one",), ("commanding",), True) == (
        act.at,
        act.name,
        act.needs,
        act.unless,
        act.maybe,
    )
    assert ("one", "one", "commanding") == act.names


def test_escapes_make_long_texts() -> None:
    """New lines and backslashes; braces that name nothing stay."""
    (act,) = steps(r"0	ana	one\ntwo\\n { three } {newcomer}")
    assert isinstance(act, Act)
    assert "one\ntwo\\n { three } {newcomer}" == act.line
    assert () == act.names


def test_a_wait_is_for_something_and_not_for_ever() -> None:
    """For a person, for command, for the end, or for something named."""
    _, *waits = steps(
        "0\tana\t/h x\tas cause",
        "1\twait\tnewcomer\t180",
        "1\twait\tcommand\t20",
        "1\twait\tresolved\t20",
        "1\twait\t{cause}\t20",
    )
    wanted = [wait.wanted for wait in waits if isinstance(wait, Wait)]
    assert ["newcomer", "command", "resolved", "cause"] == wanted
    assert Wait(number=5, at=1, wanted="newcomer", longest=180) == waits[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 ana down", "write SECONDS, who and a line"),
        ("0\tana\t ", "write SECONDS, who and a line"),
        ("0\tana\ta\tmaybe\tb", "write SECONDS, who and a line"),
        ("soon\tana\tdown", "'soon' is no number of seconds"),
        ("-1\tana\tdown", "-1 s does not follow 0 s"),
        ("inf\tana\tdown", "inf s does not follow 0 s"),
        ("nan\tana\tdown", "nan s does not follow 0 s"),
        ("0\tcy\tdown", "cy is no person of this file"),
        ("0\tana\t/x {cause} no", "nothing before this line is called cause"),
        ("0\tana\tno\tif cause", "nothing before this line is called cause"),
        ("0\tana\tno\tunless cause", "nothing before this line is called cause"),
        ("0\tana\t{own}\tas own", "nothing before this line is called own"),
        ("0\tana\tno\tas", "as takes a name in lower case, not ''"),
        ("0\tana\tno\tas One", "as takes a name in lower case, not 'One'"),
        ("0\tana\tno\tas command", "command means something else already"),
        ("0\tana\tno\tas one as two", "'as' is none of as, if, unless, maybe"),
        ("0\tana\tno\tperhaps", "'perhaps' is none of as, if, unless, maybe"),
        ("0\tana\tno\\t", "\\t is no escape"),
        ("0\tana\tno\\", "\\ is no escape"),
        ("0\twait\tcommand", "a wait says what for and how long"),
        ("0\twait\tcommanding\t20", "one waits for newcomer, command, resolved or {name}"),
        ("0\twait\t{cause}\t20", "nothing before this line is called cause"),
        ("0\twait\tcommand\tlong", "'long' is no number of seconds"),
        ("title\tagain", "title is given twice"),
        ("title", "title takes one value, after a tab"),
        ("severity\t ", "severity takes one value, after a tab"),
        ("severity\t9", "'9' is no severity"),
        ("person\tAna", "'Ana' is no handle"),
        ("person\twait", "'wait' is no handle"),
        ("person\tbo", "bo is there already"),
    ],
)
def test_a_complaint_names_its_line(line: str, said: str) -> None:
    """And says what to write instead, where that helps."""
    assert complaint(f"{HEAD}{line}\n").startswith(f"line 4: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("person\tana\n", "line 1: there is no title in this file"),
        ("title\tx\n", "line 1: there is no person in this file"),
        ("", "line 0: there is no title in this file"),
        (f"{HEAD}0\tana\ta\nperson\tcy\n", "line 5: person stands before the first act"),
        (f"{HEAD}9\tana\ta\n8\tana\tb\n", "line 5: 8 s does not follow 9 s"),
        (
            f"{HEAD}0\tana\ta\tas one\n0\tana\tb\tas one\n",
            "line 5: one is the name of an earlier act",
        ),
    ],
)
def test_a_file_is_in_order(text: str, said: str) -> None:
    """The head before the acts, the acts in time, each name once."""
    assert said == complaint(text)
