"""Users who are drawn from fitted people."""

import pytest

from manyeyes.users.fitted_people import OF_PERSON, FittedPeople, values_of, with_values
from manyeyes.users.population import Population, draw_traits

ROWS = {
    "traits": ["criterion", "seed_tolerance_other", "hand_noise_px", "brush_px"],
    "draws": [[2.5, -1.0, 0.3, 5], [2.6, -1.1, 0.4, 7]],
}


def test_each_user_is_one_draw_and_the_rest_is_the_populations():
    fitted = Population.from_mapping({"fitted_people": ROWS})
    plain = Population()
    rows = set()
    for user in "ABCDEFGH":
        found, without = draw_traits(fitted, 1, user), draw_traits(plain, 1, user)
        values = values_of(found)
        rows.add(tuple(values[name] for name in ROWS["traits"]))
        assert found.outline_habit_px == without.outline_habit_px
        assert found.seed_tolerance[0] == without.seed_tolerance[0]
        assert found.population.hand_noise_px == values["hand_noise_px"]
        assert draw_traits(fitted, 1, user) == found
    assert rows == {tuple(map(float, row)) for row in ROWS["draws"]}


def test_without_fitted_people_nothing_changes():
    assert draw_traits(Population(), 1, "A").criterion == pytest.approx(
        draw_traits(Population(fitted_people=None), 1, "A").criterion
    )
    assert Population().fitted_people is None


def test_the_traits_of_a_person_can_be_read_and_set():
    one, other = (draw_traits(Population(), 1, user) for user in "AB")
    values = values_of(one)
    assert tuple(values) == OF_PERSON
    changed = with_values(other, values)
    assert values_of(changed) == values
    assert changed.user == "B"
    assert with_values(other, {}) == other


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ([1, 2], "needs traits"),
        ({"traits": ["criterion"]}, "needs traits .* and draws"),
        ({"traits": ["mood"], "draws": [[1]]}, "must be different ones of criterion"),
        ({"traits": ["criterion", "criterion"], "draws": [[1, 1]]}, "must be different ones"),
        ({"traits": ["criterion"], "draws": []}, "1 to 10000 rows, found 0"),
        ({"traits": ["criterion"], "draws": [[1, 2]]}, r"draws\[0\] must have a number for each"),
        ({"traits": ["criterion"], "draws": [["a"]]}, "must be a number between -50 and 50"),
        ({"traits": ["criterion"], "draws": [[float("nan")]]}, "must be a number"),
        ({"traits": ["brush_px"], "draws": [[4]]}, "must be odd and whole, found 4"),
        ({"traits": ["overshoot_share"], "draws": [[1.5]]}, "between 0 and 1, found 1.5"),
    ],
)
def test_impossible_people_are_refused_by_name(entry, words):
    with pytest.raises(ValueError, match=r"population\.fitted_people.*" + words):
        Population.from_mapping({"fitted_people": entry})


def test_draws_come_from_names_alone():
    people = FittedPeople.from_mapping(ROWS)
    assert FittedPeople.from_mapping(people) is people
