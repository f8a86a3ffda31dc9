"""Prompts that are written for the job: by nobody's model, by one, and when that one fails."""

import pytest

pytestmark = pytest.mark.usefixtures("prefect")


async def test_without_a_model_the_grammar_writes(generators, runs):
    """One prompt for all endpoints, about the concept, another in each round; the record says who wrote."""
    _, result = await runs.made(random=True, prompt="a fox brooch", count=3)
    assert result.success
    prompts = [each.prompt for each in result.rounds]
    assert len(set(prompts)) == 3
    assert all("fox brooch" in prompt for prompt in prompts)
    assert all(len(set(each.endpoint_prompts.values())) == 1 for each in result.rounds)
    assert [body["prompt"] for body in generators.of("South")] == prompts
    assert (result.llm_status.state, result.llm_status.source) == ("done", "offline")
    assert result.cost_summary.calls == 0


async def test_each_endpoint_has_a_prompt_of_its_own_in_the_other_mode(generators, runs):
    """Three endpoints, three prompts, in each of two rounds: six."""
    _, result = await runs.made(random=True, prompt_mode="different", count=2)
    prompts = [prompt for each in result.rounds for prompt in each.endpoint_prompts.values()]
    assert len(set(prompts)) == 6


async def test_a_model_that_fails_is_no_failure_of_the_job(generators, runs, configure):
    """Nobody listens at the model's address: the grammar takes over, and the record says so and why."""
    configure(IMAGE_LM_STUDIO_URL="http://127.0.0.1:9", IMAGE_LM_STUDIO_MODEL="some-model")
    state, result = await runs.made(random=True, prompt="a fox brooch")
    assert (state.name, result.success) == ("Completed", True)
    status = result.llm_status
    assert (status.state, status.source) == ("fallback", "fallback")
    assert status.error
    assert status.elapsed is not None
    assert "fox brooch" in result.rounds[0].prompt
    assert len(generators.orders) == 3


async def test_a_writer_that_nobody_knows_ends_the_job_before_it_begins(generators, runs):
    """A model is named, and there is no server that could have it."""
    state, result = await runs.made(random=True, model="some-model")
    assert state.name == "Failed"
    assert "IMAGE_LM_STUDIO_URL" in result.error
    assert generators.orders == []
