"""What models answer: the prompt or the scene is taken out of whatever they put around it."""

import json

import pytest

from tasks.domain.scenes.answers import SceneUnreadable, as_scene, cleaned_prompt, scene_from, scene_prompt
from tasks.domain.scenes.scene import Analysis, Scene

SCENE = {
    "scene": "A gold ring on slate.",
    "subjects": [{"description": "a gold ring", "position": "centre", "color_palette": ["gold"]}],
    "style": "product photograph",
    "color_palette": ["slate grey", "gold", "black"],
    "lighting": "soft, from the left",
    "mood": "calm",
    "camera": {"f_number": "f/8", "iso": 100},
}
PROMPT = "A gold ring on slate, lit from the left."


@pytest.mark.parametrize(
    "answer",
    [
        PROMPT,
        f"<think>Gold? Yes.\n\nGold.</think>\n{PROMPT}",
        f"the opening tag is the server's</think>\n\n{PROMPT}",
        f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{PROMPT}<|return|>",
        f"Sure! Here's a prompt for you:\n\n{PROMPT}",
        f'Certainly. Here is the image prompt you asked for:\n"{PROMPT}"\n\nLet me know if you\'d like another!',
        f"**Prompt:** {PROMPT}",
        f"### Final Prompt 3:\n> {PROMPT}",
        f"```text\n{PROMPT}\n```",
        f"Okay, a prompt:\n```\n{PROMPT}\n```\nI hope this helps.",
        f"“{PROMPT}”",
        f"*{PROMPT}*",
        json.dumps({"prompt": PROMPT}),
        f"```json\n{json.dumps({'prompt': PROMPT})}\n```",
        f"{PROMPT}\n\nNegative prompt: blurry",
    ],
)
def test_nothing_but_the_prompt_is_left(answer: str):
    """Thoughts, courtesies, labels, fences, quotes and afterwords go."""
    assert cleaned_prompt(answer) == PROMPT


@pytest.mark.parametrize(
    "prompt",
    [
        "Here lies a ring of gold: old, worn and bright.",
        "This scene is set at dusk: a ring on a windowsill.",
        '"Love" engraved on one ring and on the other "Hate"',
        "A dancer's ring, the girl's favourite.",
        "A ring on wet stone.\nRain falls.",
        "Sure-footed goats on a cliff.",
        'A ring that says "Eve".',
    ],
)
def test_what_belongs_to_the_prompt_stays(prompt: str):
    """What only looks like a courtesy or a quote is the prompt's own."""
    assert cleaned_prompt(prompt) == prompt


@pytest.mark.parametrize("answer", ["", " \n", "<think>It went on thinking", "```\n```", '""', "Sure!"])
def test_an_answer_without_a_prompt_is_empty(answer: str):
    """The caller then knows that there is none."""
    assert cleaned_prompt(answer) == ""


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "<think>{{not this}}</think>{}",
        "```json\n{}\n```",
        "Here is the JSON:\n{}\nThat is all {{I see}}.",
        "[{}]",
        '{{"scene_json": {}}}',
    ],
)
def test_a_scene_is_found_in_what_is_around_it(around: str):
    """Thoughts, fences, words, a list or an object around the scene do not matter."""
    assert scene_from(around.format(json.dumps(SCENE))) == Scene.model_validate(SCENE)


def test_what_is_plainly_meant_is_taken():
    """Nulls are absent, "ISO 400" is 400, lists of words are words, a palette too long is cut; commas may trail."""
    loose = SCENE | {
        "film_stock": None,
        "mood": ["calm", "warm"],
        "subjects": "a gold ring",
        "color_palette": "a, b, c, d, e, f",
        "camera": {"iso": "ISO 1,600", "f_number": 2.8, "lens": None},
        "analysis": {"by": "me"},
        "shoe_size": 43,
    }
    scene = scene_from(json.dumps(loose)[:-1] + ",}")
    assert (scene.mood, scene.film_stock, scene.color_palette) == ("calm, warm", "", ["a", "b", "c", "d", "e"])
    assert scene.subjects[0].description == "a gold ring"
    assert (scene.camera.iso, scene.camera.f_number, scene.camera.lens) == (1600, "2.8", "")
    assert scene.analysis is None


@pytest.mark.parametrize("iso", ["auto", "0", "unknown"])
def test_no_number_is_no_iso(iso: str):
    """An ISO that is none is left out."""
    assert scene_from(json.dumps(SCENE | {"camera": {"iso": iso}})).camera.iso is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"style": None}, "style"),
        ({"subjects": []}, "subjects"),
        ({"color_palette": ["gold"]}, "color_palette"),
        ({"subjects": [{"position": "left"}]}, "subjects.0.description"),
        ({"camera": "a Leica"}, "camera"),
        ({"scene": 3}, "scene"),
        ({"lighting": "x" * 3000}, "lighting"),
    ],
)
def test_problems_name_the_field(change: dict, field: str):
    """Whoever repairs the answer is told where it is wrong."""
    with pytest.raises(SceneUnreadable) as unreadable:
        scene_from(json.dumps(SCENE | change))
    assert [problem.split(":")[0] for problem in unreadable.value.problems] == [field]


@pytest.mark.parametrize("answer", ["", "I see a ring.", "[]", "{", "{" * 50_000, '{"a":' * 50_000, "9" * 5000])
def test_no_json_is_said_so(answer: str):
    """However broken or deep the answer is."""
    with pytest.raises(SceneUnreadable, match="no JSON object"):
        scene_from(answer)


def test_lone_surrogates_are_refused():
    """They could be stored and sent nowhere."""
    with pytest.raises(SceneUnreadable, match="lighting"):
        scene_from(json.dumps(SCENE).replace("soft", "\\ud800"))


def test_a_scene_becomes_a_prompt_and_is_known_again():
    """The generator gets readable JSON without who described it, from which the scene can be read."""
    scene = Scene.model_validate(SCENE | {"analysis": Analysis(by="model", model="m")})
    prompt = scene_prompt(scene)
    assert "analysis" not in prompt
    assert len(prompt.splitlines()) > 10
    assert as_scene(prompt) == scene.model_copy(update={"analysis": None})


@pytest.mark.parametrize(
    "prompt", ["a ring", "{a ring}", '{"prompt": "a ring"}', "[1]", "", f"See: {json.dumps(SCENE)}"]
)
def test_another_prompt_is_no_scene(prompt: str):
    """Words, and JSON of another kind, are drawn as words."""
    assert as_scene(prompt) is None
