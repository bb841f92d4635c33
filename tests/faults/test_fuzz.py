"""A small sample of what `make fuzz` runs at length, and every input that once broke a rule."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from fuzz.__main__ import corpus
from fuzz.mutate import mutations
from fuzz.rules import FindingError, refused, within, workplace
from fuzz.structured import STRUCTURED
from fuzz.targets import TARGETS
from upperhand.core.errors import RecordError, ScenarioError
from upperhand.scenario.read import parse_scenario

SAMPLE = {"claims": 40, "html": 60, "netcdf": 40, "record": 60}
EXTRA = {"html": "trafilatura", "text": "spacy", "draft": "spacy", "api": "fastapi"}


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_reads_or_refuses_whatever_it_is_given(name):
    pytest.importorskip(EXTRA.get(name, "pytest"))
    target = TARGETS[name]
    made = mutations(
        [*corpus(name), *target.seeds()],
        target.words,
        inputs=SAMPLE.get(name, 150),
        seed=5,
        longest=target.longest,
    )
    with workplace() as folder:
        target.ready(folder)
        answers = [refused(target.run, data, folder) for data in made]
    assert len(answers) == SAMPLE.get(name, 150)


@pytest.mark.parametrize("name", ["scenario", "claims", "csv"])
def test_the_right_shape_with_wrong_things_in_it_is_refused_in_words(name, tmp_path):
    @settings(
        max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(STRUCTURED[name]())
    def once(data):
        refused(TARGETS[name].run, data, tmp_path)

    once()


def test_the_rules_find_a_traceback_a_hang_and_a_file(tmp_path):
    def fails(_data, _folder):
        raise KeyError("x")

    def hangs(_data, _folder):
        while True:
            pass

    def leaves(_data, folder):
        (folder / "left").write_text("x")

    def refuses(_data, _folder):
        raise ScenarioError("no")

    with pytest.raises(FindingError, match=r"KeyError at test_fuzz\.py"):
        refused(fails, b"", tmp_path)
    with pytest.raises(FindingError, match="hangs"), within(0.05):
        hangs(b"", tmp_path)
    with pytest.raises(FindingError, match="left behind: left"):
        refused(leaves, b"", tmp_path)
    assert refused(refuses, b"", tmp_path)


@pytest.mark.parametrize(
    "change", ['title="\\ud800"', 'sides=["\\ud800", USA]', 'options={"\\udfff": 1}']
)
def test_half_a_character_is_refused_wherever_it_stands(change):
    """Found by hypothesis: it passed the schema and broke the message."""
    text = "title: x\nmoves: [{kind: tariff, by: USA, against: [CHN], add_pp: 1}]"
    with pytest.raises(ScenarioError, match="not a YAML value"):
        parse_scenario(text, changes=[change])
    with pytest.raises(ScenarioError, match=r"scenario:1: half a character"):
        parse_scenario('title: "\\ud800"\nmoves: []')


@pytest.mark.parametrize("path", ["]", "[]", ".", "\u00b2", "moves[\u00b2].add_pp", "9" * 5000])
def test_a_setting_needs_a_path_that_can_be_read(path):
    """Found by mutation: an empty path replaced the whole scenario; superscripts are digits."""
    text = "title: x\nmoves: [{kind: tariff, by: USA, against: [CHN], add_pp: 1}]"
    with pytest.raises(ScenarioError):
        parse_scenario(text, changes=[f"{path}=1"])


@pytest.mark.parametrize("version", ["1.9", "9.1", "1", "x"])
def test_a_version_of_yaml_that_does_not_exist_is_refused(version):
    """Found by mutation: the reader of YAML asserts that there is one."""
    text = f"%YAML {version}\n---\ntitle: x\nmoves: [{{kind: tariff, by: USA, against: [CHN], add_pp: 1}}]"
    with pytest.raises(ScenarioError, match="not valid YAML"):
        parse_scenario(text)


def test_a_sealed_record_of_something_else_is_refused(tmp_path):
    """Found by mutation: sums that fit and content that does not gave KeyError and its like."""
    with pytest.raises(RecordError, match=r"not those of a run|cannot be read"):
        TARGETS["record"].run((corpus("record") or [b""])[0], tmp_path)
