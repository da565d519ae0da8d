"""A project that people made and labelled in a Label Studio of their own, adopted from a real server by the command."""

from __future__ import annotations

import httpx
import pytest
import yaml
from sqlmodel import select
from typer.testing import CliRunner

from annotator.cli import app
from annotator.storage.database import Database
from annotator.storage.tables import Identity, Item, Person
from annotator.storage.tables_moving import ImportedAnswer

pytestmark = pytest.mark.studio

CONFIG = """<View>
  <Labels name="signs" toName="ad"><Label value="Fee"/><Label value="Debt"/></Labels>
  <Text name="ad" value="$body"/>
  <Choices name="level" toName="ad" choice="single"><Choice value="None"/><Choice value="Weak"/></Choices>
  <TextArea name="why" toName="ad"/>
</View>"""
FEE = "Kitchen help wanted. You pay for the uniform before you start. The contract is written."
PLAIN = "We are looking for kitchen help in a small hotel. The pay is monthly and the contract is written."


def choice(value):
    return {"id": "c1", "from_name": "level", "to_name": "ad", "type": "choices", "value": {"choices": [value]}}


MARK = {
    "id": "r1",
    "from_name": "signs",
    "to_name": "ad",
    "type": "labels",
    "value": {"start": 21, "end": 44, "text": "You pay for the uniform", "labels": ["Fee"]},
}


@pytest.fixture
def theirs(label_studio):
    """A project of theirs: two tasks, an answer with a passage, one that was skipped, a prediction; and a hand to go on with."""
    headers = {"Authorization": f"Token {label_studio.secrets.token}"}
    with httpx.Client(base_url=label_studio.url, headers=headers, timeout=120, trust_env=False) as hand:

        def post(path, **body):
            answer = hand.post(path, json=body)
            assert answer.status_code < 300, answer.text
            return answer.json()

        project = post("/api/projects/", title="Kitchen", label_config=CONFIG)["id"]
        for text in (FEE, PLAIN):
            hand.post(f"/api/projects/{project}/import", json=[{"body": text, "ref": "a-1"}]).raise_for_status()
        tasks = sorted(one["id"] for one in hand.get(f"/api/tasks/?project={project}").json()["tasks"])
        post(f"/api/tasks/{tasks[0]}/annotations/", result=[choice("Weak"), MARK], lead_time=12.5)
        post(f"/api/tasks/{tasks[1]}/annotations/", result=[], was_cancelled=True)
        post("/api/predictions/", task=tasks[1], result=[choice("None")], score=0.3, model_version="m1")
        yield project, lambda: post(f"/api/tasks/{tasks[1]}/annotations/", result=[choice("None")])


def test_a_project_of_their_own_is_adopted_and_adopted_again(label_studio, theirs, tmp_path):
    project, label_more = theirs
    home, drafted = tmp_path / "home", tmp_path / "mapping.yaml"
    environment = {"ANNOTATOR_HOME": str(home), "ANNOTATOR_ADOPT_TOKEN": label_studio.secrets.token}

    def adopt(*more):
        arguments = ["adopt", "--label-studio", label_studio.url, "--project", str(project), *more]
        done = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
        assert done.exit_code == 0
        return " ".join(done.output.split())

    adopt("--draft-mapping", str(drafted))
    mapping = yaml.safe_load(drafted.read_text())
    assert mapping["text"] == "body"
    assert mapping["labels"] == {"level": {"None": None, "Weak": None}}
    assert mapping["notes"] == {"why": None}
    assert mapping["passages"] == {"signs": {"Fee": "indicators/FEE/present", "Debt": "indicators/DEBT/present"}}
    mapping["labels"] = {"level": {"None": "concern/0", "Weak": "concern/1"}}
    drafted.write_text(yaml.safe_dump(mapping))
    assert "Nothing was stored" in adopt("--mapping", str(drafted), "--dry-run")
    rejects = ("--rejects", str(tmp_path / "rejects.jsonl"))
    assert "1 answers of 1 people: 0 stored, 1 waiting for their text" in adopt("--mapping", str(drafted), *rejects)
    label_more()
    said = adopt("--mapping", str(drafted), *rejects)
    assert "2 answers of 1 people: 0 stored, 1 waiting for their text, 1 there already" in said
    database = Database(f"sqlite:///{home / 'annotator.sqlite3'}")
    with database.reading() as session:
        answers = session.exec(select(ImportedAnswer).order_by(ImportedAnswer.id)).all()
        assert [one.rating for one in answers] == ["1", "0"]
        assert [(one["start"], one["end"], one["text"]) for one in answers[0].answer["spans"]] == [(21, 44, "")]
        assert [item.text for item in session.exec(select(Item).order_by(Item.id))] == [FEE, PLAIN]
        assert all(one.origin.startswith("imported:label-studio:") for one in answers)
        assert session.exec(select(Identity)).all() == []
        assert all(person.pseudonym.startswith("M-") for person in session.exec(select(Person)))
    database.dispose()
