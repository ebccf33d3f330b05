using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Tests;

/// <summary>Plans, their actions and what those use.</summary>
public sealed class PlanTests
{
    private const string Drug = """{"resourceType":"ActivityDefinition","url":"http://example.org/drug","version":"1.0","status":"active","kind":"MedicationRequest","productCodeableConcept":{"text":"drug A"},"dosage":[{"text":"1.50 mg"}]}""";

    [Fact]
    public void A_plan_becomes_a_CarePlan_with_its_RequestGroup_and_requests()
    {
        var result = Applying.CarePlan(
            Applying.Plan("""{"id":"a","title":"Give it","groupingBehavior":"logical-group","selectionBehavior":"all","requiredBehavior":"must","precheckBehavior":"yes","cardinalityBehavior":"single","definitionCanonical":"http://example.org/drug"}""", "\"version\":\"2\","),
            Applying.Request with { Encounter = "Encounter/5", Practitioner = "Practitioner/7" }, Applying.Knowing(Drug));

        Assert.Equal(
            """
            {"resourceType":"CarePlan","contained":[{"resourceType":"RequestGroup","id":"requestgroup","instantiatesCanonical":["http://example.org/plan|2"],"status":"active","intent":"proposal","subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/5"},"authoredOn":"2026-03-01T12:00:00Z","author":{"reference":"Practitioner/7"},"action":[{"id":"a","title":"Give it","groupingBehavior":"logical-group","selectionBehavior":"all","requiredBehavior":"must","precheckBehavior":"yes","cardinalityBehavior":"single","resource":{"reference":"#action-1"}}]},{"resourceType":"MedicationRequest","id":"action-1","status":"active","intent":"proposal","medicationCodeableConcept":{"text":"drug A"},"subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/5"},"authoredOn":"2026-03-01T12:00:00Z","requester":{"reference":"Practitioner/7"},"instantiatesCanonical":["http://example.org/drug|1.0"],"dosageInstruction":[{"text":"1.50 mg"}]}],"instantiatesCanonical":["http://example.org/plan|2"],"status":"active","intent":"proposal","subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/5"},"created":"2026-03-01T12:00:00Z","author":{"reference":"Practitioner/7"},"activity":[{"reference":{"reference":"#requestgroup"}}]}
            """,
            result.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void The_same_definition_in_several_actions_gives_as_many_requests()
    {
        var result = Applying.CarePlan(
            Applying.Plan("""{"title":"day 1","definitionCanonical":"http://example.org/drug"},{"title":"days 8 and 15","action":[{"definitionCanonical":"http://example.org/drug|1.0"},{"definitionCanonical":"http://example.org/drug"}]}"""),
            sources: Applying.Knowing(Drug));

        Assert.Equal(["requestgroup", "action-1", "action-2.1", "action-2.2"], Applying.Ids(result));
        Assert.Equal("#action-2.2", Applying.Contained(result, "requestgroup")["action"]![1]!["action"]![1]!["resource"]!["reference"]!.ToString());
    }

    [Theory]
    [InlineData("http://example.org/drug", "1.10")]
    [InlineData("http://example.org/drug|1.2", "1.2")]
    [InlineData("http://example.org/drug|1.11", "1.11")]
    public void Without_a_version_the_highest_active_one_counts(string canonical, string version)
    {
        var versions = new[] { ("1.2", "active"), ("1.10", "active"), ("1.11", "draft"), ("2.0", "retired") }.Select(each => Drug.Replace("\"1.0\"", $"\"{each.Item1}\"").Replace("active", each.Item2));

        var result = Applying.CarePlan(Applying.Plan($$"""{"definitionCanonical":"{{canonical}}"}"""), sources: Applying.Knowing([.. versions]));

        Assert.Equal($"http://example.org/drug|{version}", Applying.Contained(result, "action-1")["instantiatesCanonical"]![0]!.ToString());
    }

    [Fact]
    public void A_definition_that_is_not_known_is_told_and_its_action_stays()
    {
        var result = Applying.CarePlan(Applying.Plan("""{"title":"one","definitionCanonical":"http://example.org/none|3"}"""));

        Assert.Equal("""[{"title":"one"}]""", Applying.Contained(result, "requestgroup")["action"]!.ToJsonString());
        Assert.Equal(
            ["error not-found PlanDefinition.action[0].definition: http://example.org/plan: http://example.org/none|3 is not known here, so the action has no request."], Applying.Issues(result));
    }

    private const string Inner = """{"resourceType":"PlanDefinition","url":"http://example.org/inner","status":"draft","goal":[{"id":"g","description":{"text":"well"}}],"action":[{"id":"x","title":"first","goalId":["g"],"definitionCanonical":"http://example.org/drug"},{"id":"y","title":"then","relatedAction":[{"actionId":"x","relationship":"after-end"}]}]}""";

    [Fact]
    public void A_plan_in_a_plan_keeps_a_RequestGroup_of_its_own()
    {
        var result = Applying.CarePlan(Applying.Plan("""{"title":"outer","definitionCanonical":"http://example.org/inner"}"""), sources: Applying.Knowing(Drug, Inner));

        Assert.Equal(["requestgroup", "requestgroup-1", "goal-1-1", "action-1-1"], Applying.Ids(result));
        Assert.Equal("""[{"title":"outer","resource":{"reference":"#requestgroup-1"}}]""", Applying.Contained(result, "requestgroup")["action"]!.ToJsonString());
        Assert.Equal(
            """[{"id":"x","title":"first","resource":{"reference":"#action-1-1"}},{"id":"y","title":"then","relatedAction":[{"actionId":"x","relationship":"after-end"}]}]""",
            Applying.Contained(result, "requestgroup-1")["action"]!.ToJsonString());
        Assert.Equal("""[{"reference":"#goal-1-1"}]""", result["goal"]!.ToJsonString());
        Assert.Equal("#goal-1-1", Applying.Contained(result, "action-1-1")["extension"]![0]!["valueReference"]!["reference"]!.ToString());
    }

    [Fact]
    public void Merged_its_actions_stand_among_those_of_the_other_with_ids_of_their_own()
    {
        var twice = """{"id":"x","definitionCanonical":"http://example.org/inner"},{"definitionCanonical":"http://example.org/inner"}""";

        var result = Applying.CarePlan(Applying.Plan(twice), Applying.Request with { MergeNestedCarePlans = true }, Applying.Knowing(Drug, Inner));

        Assert.Equal(["requestgroup", "goal-1-1", "action-1-1", "goal-2-1", "action-2-1"], Applying.Ids(result));
        var actions = Applying.Contained(result, "requestgroup")["action"]!;
        Assert.Equal(["x", "1-x", "1-y", "2-x", "2-y"], new[] { actions[0]!["id"], actions[0]!["action"]![0]!["id"], actions[0]!["action"]![1]!["id"], actions[1]!["action"]![0]!["id"], actions[1]!["action"]![1]!["id"] }.Select(id => id!.ToString()));
        Assert.Equal("2-x", actions[1]!["action"]![1]!["relatedAction"]![0]!["actionId"]!.ToString());
    }

    [Fact]
    public void A_circle_of_plans_ends_where_it_would_begin_again()
    {
        var back = """{"resourceType":"PlanDefinition","url":"http://example.org/back","status":"active","action":[{"title":"back","definitionCanonical":"http://example.org/plan"}]}""";

        var result = Applying.CarePlan(Applying.Plan("""{"definitionCanonical":"http://example.org/back"}"""), sources: Applying.Knowing(back, Applying.Plan("{\"title\":\"again\"}").Document.Bytes.ToArray() is var bytes ? System.Text.Encoding.UTF8.GetString(bytes) : ""));

        Assert.Equal(["requestgroup", "requestgroup-1", "apply-outcome"], Applying.Ids(result));
        Assert.Equal(
            ["error business-rule PlanDefinition.action[0].definition: http://example.org/back: http://example.org/plan is not applied, because it leads back to itself: http://example.org/plan uses http://example.org/back uses http://example.org/plan."],
            Applying.Issues(result));
    }

    [Fact]
    public void A_relation_to_an_action_that_does_not_apply_is_left_out_and_told()
    {
        var actions = """{"id":"a","condition":[{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"false"}}]},{"id":"b","title":"b","relatedAction":[{"actionId":"a","relationship":"after"}]}""";

        var result = Applying.CarePlan(Applying.Plan(actions));

        Assert.Equal("""[{"id":"b","title":"b"}]""", Applying.Contained(result, "requestgroup")["action"]!.ToJsonString());
        Assert.Equal(
            ["information informational PlanDefinition.action[0].condition[0]: http://example.org/plan: the action 'a' does not apply, and is left out: the condition false is not met.",
             "information informational PlanDefinition.action[1].relatedAction[0]: http://example.org/plan: the relation to the action 'a' is left out, because that action is not in the result."],
            Applying.Issues(result));
    }

    [Fact]
    public void What_a_contained_definition_points_at_comes_along()
    {
        var contained = """
            "contained":[{"resourceType":"ActivityDefinition","id":"ad","status":"active","kind":"MedicationRequest","productReference":{"reference":"#med"}},{"resourceType":"Medication","id":"med","ingredient":[{"itemReference":{"reference":"#sub"}}]},{"resourceType":"Substance","id":"sub","code":{"text":"s"}}],
            """;

        var result = Applying.CarePlan(Applying.Plan("""{"definitionCanonical":"#ad"}""", contained));

        Assert.Equal(["requestgroup", "med", "sub", "action-1"], Applying.Ids(result));
        Assert.Equal("#med", Applying.Contained(result, "action-1")["medicationReference"]!["reference"]!.ToString());
    }

    [Fact]
    public void A_questionnaire_becomes_the_task_to_fill_it_in()
    {
        var questionnaire = """{"resourceType":"Questionnaire","url":"http://example.org/q","version":"3","status":"active","description":"How are you?"}""";

        var result = Applying.CarePlan(Applying.Plan("""{"definitionCanonical":"http://example.org/q"}"""), sources: Applying.Knowing(questionnaire));

        var task = Applying.Contained(result, "action-1");
        Assert.Equal("http://example.org/q|3", task["input"]![0]!["valueCanonical"]!.ToString());
        Assert.Equal("""[{"reference":"#requestgroup"}]""", task["basedOn"]!.ToJsonString());
    }

    [Fact]
    public void In_a_Bundle_everything_is_an_entry_and_pointed_at_by_its_url()
    {
        var bundle = Applying.Bundle(Applying.Plan("""{"definitionCanonical":"http://example.org/inner"}"""), sources: Applying.Knowing(Drug, Inner));

        var entries = bundle["entry"]!.AsArray();
        Assert.Equal(["RequestGroup", "RequestGroup", "Goal", "MedicationRequest"], entries.Select(entry => entry!["resource"]!["resourceType"]!.ToString()));
        Assert.Equal(entries[1]!["fullUrl"]!.ToString(), entries[0]!["resource"]!["action"]![0]!["resource"]!["reference"]!.ToString());
        Assert.Equal(entries[2]!["fullUrl"]!.ToString(), entries[0]!["resource"]!["extension"]![0]!["valueReference"]!["reference"]!.ToString());
        Assert.DoesNotContain("\"#", bundle.ToJsonString());
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        var sources = Applying.Knowing(Drug, Inner);
        var plan = Applying.Plan("""{"definitionCanonical":"http://example.org/inner"},{"definitionCanonical":"http://example.org/drug"}""");
        byte[][] Both() => [new PlanDefinitionApply(sources).ToCarePlan(plan, Applying.Request), new PlanDefinitionApply(sources).ToBundle(plan, Applying.Request)];

        Assert.Equal(Both(), Both());
    }

    [Fact]
    public void Actions_are_kept_as_deep_as_the_limit_and_refused_below_it()
    {
        string Nested(int depth) => depth == 1 ? """{"title":"innermost"}""" : $$"""{"title":"level {{depth}}","action":[{{Nested(depth - 1)}}]}""";
        var action = Applying.Contained(Applying.CarePlan(Applying.Plan(Nested(24))), "requestgroup")["action"]![0]!;
        var depth = 1;
        for (; action["action"] is JsonArray inner; depth++) action = inner[0]!;

        Assert.Equal((24, "innermost"), (depth, action["title"]!.ToString()));
        var fault = Assert.Throws<FhirException>(() => Applying.CarePlan(Applying.Plan(Nested(25))));
        Assert.Equal((IssueType.TooCostly, "Actions of the plan and those it uses are more than 24 deep, the limit of $apply."), (fault.Issues[0].Type, fault.Issues[0].Diagnostics));
    }

    [Fact]
    public void Plans_that_multiply_end_at_the_limit_of_actions()
    {
        string Doubling(int level) => $$"""{"resourceType":"PlanDefinition","url":"http://example.org/{{level}}","status":"active","action":[{"definitionCanonical":"http://example.org/{{level + 1}}"},{"definitionCanonical":"http://example.org/{{level + 1}}"}]}""";
        var sources = Applying.Knowing([.. Enumerable.Range(1, 20).Select(Doubling)]);

        var fault = Assert.Throws<FhirException>(() => new PlanDefinitionApply(sources, new ApplyLimits { MaxDefinitionDepth = 100, MaxActionDepth = 100, MaxActions = 500 }).ToCarePlan(Applying.Plan("""{"definitionCanonical":"http://example.org/1"}"""), Applying.Request));

        Assert.Equal("The plan and those it uses have more than 500 actions, the limit of $apply.", fault.Issues[0].Diagnostics);
    }

    [Fact]
    public void A_transform_is_told_to_be_not_carried_out()
    {
        var result = Applying.CarePlan(Applying.Plan("""{"title":"a","transform":"http://example.org/map"}"""));

        Assert.Equal(["warning not-supported PlanDefinition.action[0].transform: http://example.org/plan: the transform is not carried out; the request is what the definition itself gives."], Applying.Issues(result));
    }
}
