"""Text formats: what is written is read back, other programs' files are read, and junk is refused politely."""

import contextlib
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError
from theory.nfg import from_gam, from_nfg, to_gam, to_nfg

# Gambit manual, "Game representation formats": the same game in both versions
PAYOFFS = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" } { 3 2 }

1 1 0 2 0 2 1 1 0 3 2 0
"""
OUTCOMES = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }

{
{ "1" "2" "3" }
{ "1" "2" }
}
"a comment"
{
{ "" 1, 1 }
{ "" 0, 2 }
{ "" 0, 2 }
{ "" 1, 1 }
{ "" 0, 3 }
{ "" 2, 0 }
}
1 2 3 4 5 6
"""


@pytest.mark.parametrize("text", [PAYOFFS, OUTCOMES])
def test_both_versions_of_gambits_example(text):
    game = from_nfg(text)
    assert game.players == ("Player 1", "Player 2") and game.actions == (("1", "2", "3"), ("1", "2"))
    assert game.payoff(0).tolist() == [[1, 1], [0, 0], [0, 2]]
    assert game.payoff(1).tolist() == [[1, 1], [2, 3], [2, 0]]


def test_null_outcome_pays_nothing():
    game = from_nfg('NFG 1 D "" {"a" "b"} {{"x"} {"y" "z"}} {{"only" 1/2 -2.5e1}} 0 1')
    assert game.payoffs.tolist() == [[[0, F(1, 2)]], [[0, F(-25)]]]


def test_decimals_are_exact():
    game = from_nfg('NFG 1 R "" { "a" } { 4 } 0.1 1/3 -.5 2.')
    assert game.payoff(0).tolist() == [F(1, 10), F(1, 3), F(-1, 2), F(2)]


def test_quotes_braces_and_repeated_labels():
    text = to_nfg(
        Game(np.zeros((2, 2, 1)), players=['a "b" {', "back\\"], actions=[["x\ny", "} {"], ["1"]]), 'the "title"'
    )
    game = from_nfg(text)
    assert game.players == ('a "b" {', "back\\") and game.actions == (("x\ny", "} {"), ("1",))
    repeated = from_nfg('NFG 1 R "" { "" "" } { { "" "" } { "a" "a" } } 1 2 3 4 5 6 7 8')
    assert repeated.players == ("1", "2") and repeated.actions == (("1", "2"), ("1", "2"))


numbers = st.one_of(st.fractions(max_denominator=1000), st.integers(-(10**20), 10**20).map(F))
shapes = st.lists(st.integers(1, 3), min_size=1, max_size=4)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), shape=shapes)
def test_exact_round_trip(data, shape):
    size = len(shape) * int(np.prod(shape))
    values = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)), dtype=object)
    game = Game(values.reshape(len(shape), *shape))
    assert (from_nfg(to_nfg(game)).payoffs == game.payoffs).all()
    assert (from_gam(to_gam(game)).payoffs == game.payoffs).all()


@settings(deadline=None, max_examples=40)
@given(values=st.lists(st.floats(-1e300, 1e300), min_size=8, max_size=8))
def test_float_round_trip(values):
    game = Game(np.array(values).reshape(2, 2, 2))
    for copy in (from_nfg(to_nfg(game)), from_gam(to_gam(game))):
        np.testing.assert_array_equal(copy.payoffs.astype(float), game.payoffs)


def test_gam_text():  # gam-format: quantecon test_game_converters.py
    table = np.arange(8).reshape(2, 2, 2, order="F")
    text = "3\n2 2 2\n\n0. 1. 2. 3. 4. 5. 6. 7. 8. 9. 10. 11. 12. 13. 14. 15. 16. 17. 18. 19. 20. 21. 22. 23."
    assert to_gam(Game(np.stack([table + 8 * i for i in range(3)]))) == text


def test_gam_reading():  # gam-read: quantecon test_game_converters.py
    game = from_gam("# GAMUT\n2\n3 2\n\n3 2 0 3 5 6 3 2 3 2 6 1")
    assert game.payoff(0).tolist() == [[3, 3], [2, 5], [0, 6]]
    assert game.payoff(1).tolist() == [[3, 2], [2, 6], [3, 1]]


def test_files(tmp_path):
    for name, text, read in [("a.nfg", "\ufeff" + PAYOFFS, from_nfg), ("a.gam", "2\n1 1\n\n3 4", from_gam)]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert (read(path).payoffs == read(str(path)).payoffs).all()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for bad in (tmp_path / "missing", tmp_path, tmp_path / "binary", "a\0b", "x" * 5000, 7):
        with pytest.raises(InputError, match="neither"):
            from_nfg(bad)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("NFG", "ends where 1"),
        ("NFG 2 R", "line 1 .*'2'"),
        ('NFG 1 X ""', "'X'"),
        ('NFG 1 R "open', "line 1 .*not closed"),
        ('NFG 1 R "" { }', "at least one"),
        ('NFG 1 R "" { "a" "b" } { 2 }', "2 players and actions for 1"),
        ('NFG 1 R "" { "a" } { 0 }', "number of actions"),
        ('NFG 1 R "" { "a" } { 999999999 }', "number of actions"),
        ('NFG 1 R "" { "a" "b" "c" } { 9999 9999 9999 }', "limit"),
        ('NFG 1 R "" { "a" }\n{ 2 }\n1 two', "line 3 .*'two'"),
        ('NFG 1 R "" { "a" } { 2 } 1', "1 entries .*2 are needed"),
        ('NFG 1 R "" { "a" } { 2 } 1 2 3', "3 entries"),
        ('NFG 1 R "" { "a" } { 2 } 1 1/0', "'1/0'"),
        ('NFG 1 R "" { "a" } { 2 } 1 nan', "'nan'"),
        ('NFG 1 R "" { "a" } { 2 } 1 1e999', "'1e999'"),
        ('NFG 1 R "" { "a" } { 2 } 1 -1e308', r"'-1e308' where a number \(of size up to 1e\+300"),
        ("", "source is '', which is empty; give the text"),
        (" \n", "is empty"),
        ('NFG 1 R "" { "a" } { 2 } 1 1e999999999', "1e999999999"),
        ('NFG 1 R "" { "a" } { 2 } 1 ' + "9" * 5000, "number"),
        ('NFG 1 R "" { "a" } { 2 } { { "" 1 } } 0 7', "outcome 7"),
        ('NFG 1 R "" { "a" } { 2 } { { "" 1 2 } } 0 1', "2 payoffs for 1"),
        ('NFG 1 R "" { "a" } { 2 } { { "" 1', "ends where"),
    ],
)
def test_junk_is_refused_with_a_reason(text, says):
    with pytest.raises(InputError, match=says):
        from_nfg(text)


@settings(deadline=None, max_examples=150)
@given(cut=st.integers(0, 200), junk=st.text(alphabet='{}"\\ 0129./-eENFGR,\n\x00é', max_size=12), which=st.booleans())
def test_no_other_error_is_possible(cut, junk, which):
    source = PAYOFFS if which else OUTCOMES
    for read, text in (
        (from_nfg, source[:cut] + junk + source[cut:]),
        (from_nfg, "NFG" + junk),
        (from_gam, junk + "\n1"),
    ):
        with contextlib.suppress(InputError):
            assert isinstance(read(text), Game)


@pytest.mark.parametrize("text", ["\n", "2\n", "2\n2 2\n1 2 3", "x\n1", "2\n2 -1\n1", "1\n2\n1 x", "9999\n1"])
def test_gam_junk(text):
    with pytest.raises(InputError):
        from_gam(text)


def test_batches_are_not_written():
    for write in (to_nfg, to_gam):
        with pytest.raises(InputError, match="single game"):
            write(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))
