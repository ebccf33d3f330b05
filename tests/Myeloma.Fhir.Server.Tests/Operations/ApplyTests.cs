using System.Text.Json.Nodes;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary><c>$apply</c> and <c>$r5.apply</c> over a running server.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition-operation-apply.html</remarks>
[Trait("Category", "Postgres")]
public sealed class ApplyTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Plan = """{"resourceType":"PlanDefinition","id":"apply-plan","url":"http://example.org/apply-plan","version":"1","status":"active","action":[{"title":"give","definitionCanonical":"http://example.org/apply-drug"}]}""";

    public async Task InitializeAsync()
    {
        await server.PutAsync(Plan);
        await server.PutAsync("""{"resourceType":"ActivityDefinition","id":"apply-drug","url":"http://example.org/apply-drug","version":"2","status":"active","kind":"MedicationRequest","productCodeableConcept":{"text":"drug A"}}""");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_plan_is_applied_wherever_it_is_named_and_in_both_formats()
    {
        string Posted(string more) => $$"""{"resourceType":"Parameters","parameter":[{"name":"subject","valueString":"Patient/1"}{{more}}]}""";
        var answers = new[]
        {
            await server.GetAsync("/PlanDefinition/apply-plan/$apply?subject=Patient/1"),
            await server.GetAsync("/PlanDefinition/$apply?url=http://example.org/apply-plan&subject=Patient/1"),
            await server.GetAsync($"/PlanDefinition/$apply?url=http://example.org/apply-plan&version=1&subject={server.BaseUrl}/Patient/1"),
            await server.SendAsync("POST", "/PlanDefinition/apply-plan/$apply", Posted("")),
            await server.SendAsync("POST", "/PlanDefinition/$apply", Posted($$""",{"name":"planDefinition","resource":{{Plan}}}""")),
        };

        Assert.All(answers, answer => Assert.Equal(
            (200, "CarePlan", "RequestGroup requestgroup, MedicationRequest action-1", "http://example.org/apply-drug|2"),
            (answer.Status, answer.Json.GetProperty("resourceType").GetString(), Contained(answer), answer.Json.GetProperty("contained")[1].GetProperty("instantiatesCanonical")[0].GetString())));
        var xml = await server.SendAsync("GET", "/PlanDefinition/apply-plan/$apply?subject=Patient/1", null, ("Accept", "application/fhir+xml"));
        Assert.Equal(200, xml.Status);
        Assert.Contains("<contained><MedicationRequest><id value=\"action-1\"/>", xml.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_stored_of_the_subject_counts_unless_it_is_told_not_to()
    {
        Assert.Equal(201, (await server.SendAsync("PUT", "/Patient/apply-p", """{"resourceType":"Patient","id":"apply-p","gender":"female"}""")).Status);
        Assert.Equal(201, (await server.SendAsync("PUT", "/CarePlan/apply-c", """{"resourceType":"CarePlan","id":"apply-c","status":"completed","intent":"plan","subject":{"reference":"Patient/apply-p"}}""")).Status);
        const string condition = "%subject.gender = 'female' and %priorTreatments.count() = 1 and %subject.resolve().empty()";
        Assert.Equal(201, (await server.SendAsync("PUT", "/PlanDefinition/apply-known", $$$"""{"resourceType":"PlanDefinition","id":"apply-known","url":"http://example.org/apply-known","status":"active","action":[{"title":"it","condition":[{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"{{{condition}}}"}}]}]}""")).Status);

        var known = await server.GetAsync("/PlanDefinition/apply-known/$apply?subject=Patient/apply-p");
        var unknown = await server.GetAsync("/PlanDefinition/apply-known/$apply?subject=Patient/apply-p&useServerData=false");

        Assert.Equal("it", known.Json.GetProperty("contained")[0].GetProperty("action")[0].GetProperty("title").GetString());
        Assert.False(unknown.Json.GetProperty("contained")[0].TryGetProperty("action", out _));
        Assert.Equal(
            "http://example.org/apply-known: it is not known whether the action 'it' applies, and it is left out: Patient/apply-p is neither among the data given nor known here.",
            unknown.Json.GetProperty("contained")[1].GetProperty("issue")[0].GetProperty("diagnostics").GetString());
    }

    [Fact]
    public async Task Later_releases_form_answers_for_several_subjects()
    {
        var one = await server.GetAsync("/PlanDefinition/apply-plan/$r5.apply?subject=Patient/1");
        var two = await server.GetAsync("/PlanDefinition/apply-plan/$r5.apply?subject=Patient/1&subject=Patient/2");

        Assert.Equal(["RequestGroup", "MedicationRequest"], one.Entries.Select(entry => entry.GetProperty("resource").GetProperty("resourceType").GetString()));
        Assert.Equal(one.Entries[1].GetProperty("fullUrl").GetString(), one.Entries[0].GetProperty("resource").GetProperty("action")[0].GetProperty("resource").GetProperty("reference").GetString());
        Assert.Equal(
            ["return Patient/1", "return Patient/2"],
            two.Json.GetProperty("parameter").EnumerateArray().Select(parameter => $"{parameter.GetProperty("name")} {parameter.GetProperty("resource").GetProperty("entry")[0].GetProperty("resource").GetProperty("subject").GetProperty("reference")}"));
    }

    [Fact]
    public async Task An_activity_becomes_its_request()
    {
        var answer = await server.GetAsync("/ActivityDefinition/$apply?url=http://example.org/apply-drug|2&subject=Patient/1&organization=Organization/o");

        Assert.Equal((200, "MedicationRequest", "Organization/o"), (answer.Status, answer.Json.GetProperty("resourceType").GetString(), answer.Json.GetProperty("requester").GetProperty("reference").GetString()));
    }

    [Fact]
    public async Task In_a_batch_each_subject_is_asked_for_by_itself()
    {
        var answer = await server.SendAsync("POST", "", """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"PlanDefinition/apply-plan/$apply?subject=Patient/1"}},{"request":{"method":"GET","url":"PlanDefinition/apply-plan/$apply?subject=Patient/2"}}]}""");

        Assert.Equal(["Patient/1", "Patient/2"], answer.Entries.Select(entry => entry.GetProperty("resource").GetProperty("subject").GetProperty("reference").GetString()));
    }

    [Theory]
    [InlineData("/PlanDefinition/$apply?subject=Patient/1", 400, "error required: There is no PlanDefinition to apply: name one by its id or by 'url', or send one as 'planDefinition'.")]
    [InlineData("/PlanDefinition/apply-plan/$apply", 400, "error required: The operation '$apply' needs the parameter 'subject', a string.")]
    [InlineData("/PlanDefinition/apply-plan/$apply?subject=nobody", 400, "error invalid: The parameter 'subject' is a reference like 'Patient/1', not 'nobody'.")]
    [InlineData("/PlanDefinition/apply-plan/$apply?subject=Patient/1&subject=Patient/2", 400, "error not-supported: '$apply' gives one answer and so takes one subject; ask for each by itself, in a batch or by '$r5.apply'.")]
    [InlineData("/PlanDefinition/apply-plan/$apply?subject=Patient/1&url=http://example.org/apply-plan", 400, "error invalid: There is more than one PlanDefinition to apply; name one by its id, by 'url', or send one as 'planDefinition'.")]
    [InlineData("/PlanDefinition/never/$apply?subject=Patient/1", 404, "error not-found: PlanDefinition/never is not known here.")]
    [InlineData("/PlanDefinition/$apply?url=http://example.org/apply-plan|7&subject=Patient/1", 404, "error not-found: No PlanDefinition with the url http://example.org/apply-plan and the version 7 is known here.")]
    public async Task What_can_not_be_applied_is_refused_with_words(string target, int status, string expected)
    {
        var answer = await server.GetAsync(target);

        Assert.Equal((status, expected), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task Endpoints_and_data_given_twice_over_are_refused_together()
    {
        var answer = await server.SendAsync("POST", "/PlanDefinition/apply-plan/$apply", """
            {"resourceType":"Parameters","parameter":[{"name":"subject","valueString":"Patient/1"},
             {"name":"dataEndpoint","resource":{"resourceType":"Endpoint","status":"active","connectionType":{"code":"hl7-fhir-rest"},"payloadType":[{"text":"any"}],"address":"http://example.org"}},
             {"name":"data","resource":{"resourceType":"Bundle","type":"collection"}},{"name":"prefetchData","part":[{"name":"key","valueString":"x"}]}]}
            """);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["error not-supported Parameters.parameter[1]: The parameter 'dataEndpoint' is not supported: this server calls no other. Send what is needed along in 'data', or store it here.",
             "error invalid Parameters.parameter[3]: There is both 'data' and 'prefetchData'; send all data in one of them."],
            answer.Issues);
    }

    [Fact]
    public async Task More_data_than_allowed_is_refused()
    {
        var small = await server.AnotherAsync(("Fhir:Apply:MaxResources", "5"));
        await server.PutAsync("""{"resourceType":"Patient","id":"apply-many"}""");
        foreach (var id in new[] { "apply-m1", "apply-m2", "apply-m3", "apply-m4", "apply-m5", "apply-m6" })
            Assert.Equal(201, (await server.SendAsync("PUT", "/CarePlan/" + id, $$$"""{"resourceType":"CarePlan","id":"{{{id}}}","status":"completed","intent":"plan","subject":{"reference":"Patient/apply-many"}}""")).Status);

        var answer = await small.GetAsync("/PlanDefinition/apply-plan/$apply?subject=Patient/apply-many");
        await small.DisposeAsync();

        Assert.Equal((422, "error too-costly: Patient/apply-many has more than 5 CarePlans, the limit of this server (setting Fhir:Apply:MaxResources); send the data along and set useServerData to false."), (answer.Status, Assert.Single(answer.Issues)));
    }

    [Fact]
    public async Task As_deep_as_is_allowed_the_answer_can_be_had_in_XML()
    {
        string Nested(int depth) => depth == 1 ? """{"title":"innermost"}""" : $$"""{"title":"t","action":[{{Nested(depth - 1)}}]}""";
        var body = $$$"""{"resourceType":"Parameters","parameter":[{"name":"subject","valueString":"Patient/1"},{"name":"planDefinition","resource":{"resourceType":"PlanDefinition","status":"draft","action":[{{{Nested(24)}}}]}}]}""";

        var answer = await server.SendAsync("POST", "/PlanDefinition/$apply", body, ("Accept", "application/fhir+xml"), ("Content-Type", "application/fhir+json"));

        Assert.Equal(200, answer.Status);
        Assert.Contains("innermost", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_laid_out_in_days_wherever_it_is_named_and_in_both_formats()
    {
        const string plan = """{"resourceType":"PlanDefinition","id":"apply-days","url":"http://example.org/apply-days","version":"1","status":"active","action":[{"timingTiming":{"repeat":{"count":2,"duration":21,"durationUnit":"d"}},"action":[{"id":"a","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{"url":"day","valueInteger":8}]}],"definitionCanonical":"http://example.org/apply-drug"}]}]}""";
        await server.PutAsync(plan);
        var answers = new[]
        {
            await server.GetAsync("/PlanDefinition/apply-days/$schedule?start=2026-03-22"),
            await server.GetAsync("/PlanDefinition/$schedule?url=http://example.org/apply-days&version=1&start=2026-03-22"),
            await server.SendAsync("POST", "/PlanDefinition/$schedule", $$"""{"resourceType":"Parameters","parameter":[{"name":"start","valueDateTime":"2026-03-22"},{"name":"planDefinition","resource":{{plan}}}]}"""),
        };
        var timed = await server.GetAsync("/PlanDefinition/apply-days/$schedule?start=2026-03-20T08:30:00Z&timeZone=Europe/Paris&cycles=1");
        var fixedOffset = await server.GetAsync("/PlanDefinition/apply-days/$schedule?start=2026-03-22T08:30:00-05:00&cycles=1");
        var xml = await server.SendAsync("GET", "/PlanDefinition/apply-days/$schedule?start=2026-03-22", null, ("Accept", "application/fhir+xml"));

        Assert.All(answers, answer => Assert.Equal((200, "2026-03-29 2026-04-19"), (answer.Status, Dates(answer))));
        Assert.Equal(("2026-03-27T09:30:00+01:00", "2026-03-29T08:30:00-05:00"), (Dates(timed), Dates(fixedOffset)));
        Assert.Contains("<name value=\"date\"/><valueDate value=\"2026-04-19\"/>", xml.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/PlanDefinition/apply-plan/$schedule", "error required: The operation '$schedule' needs the parameter 'start', a dateTime.")]
    [InlineData("/PlanDefinition/apply-plan/$schedule?start=2026-03", "error invalid: The parameter 'start' is a day, with or without a time, not '2026-03'.")]
    [InlineData("/PlanDefinition/apply-plan/$schedule?start=2026-03-01&cycles=0", "error invalid: The parameter 'cycles' is a number from 1 to 10,000, not 0.")]
    [InlineData("/PlanDefinition/apply-plan/$schedule?start=2026-03-01&timeZone=Mars/Base", "error invalid: The time zone 'Mars/Base' is not known here; name one like 'Europe/Paris'.")]
    [InlineData("/PlanDefinition/apply-plan/$schedule?start=9999-12-31", "error invalid: A plan is laid out from a day of the years 2 to 9998.")]
    [InlineData("/PlanDefinition/$schedule?start=2026-03-01", "error required: There is no PlanDefinition to lay out: name one by its id or by 'url', or send one as 'planDefinition'.")]
    public async Task What_can_not_be_laid_out_is_refused_with_words(string target, string expected)
    {
        var answer = await server.GetAsync(target);

        Assert.Equal((400, expected), (answer.Status, Assert.Single(answer.Issues)));
    }

    /// <remarks>
    /// The rules: a narrative's links have no <c>target</c> (https://hl7.org/fhir/R4/narrative.html, its schema), an id has no bar (https://hl7.org/fhir/R4/datatypes.html#id), a string is not empty
    /// (https://hl7.org/fhir/R4/datatypes.html#string). Set right in these three, the regimen is stored and laid out; that what it contains contains activities (dom-2) is told by <c>$validate</c>.
    /// </remarks>
    [ConformanceFact]
    public async Task A_published_regimen_that_is_no_valid_resource_is_refused_by_each_rule_it_breaks()
    {
        var published = await File.ReadAllTextAsync(ConformanceFolder.Suite("regimens", "60071000210106.json"));
        var legible = published.Replace("|10\"", "\"", StringComparison.Ordinal).Replace(" target=\\\"_blank\\\"", "", StringComparison.Ordinal);
        var plan = JsonNode.Parse(legible)!.AsObject();
        foreach (var action in plan["action"]!.AsArray()) action!.AsObject().Remove("description");

        var refused = await server.SendAsync("PUT", "/PlanDefinition/60071000210106", published);
        var stored = await server.SendAsync("PUT", "/PlanDefinition/60071000210106", plan.ToJsonString());
        var judged = await server.SendAsync("POST", "/PlanDefinition/$validate", plan.ToJsonString());
        var laidOut = await server.GetAsync("/PlanDefinition/60071000210106/$schedule?start=2026-01-05");

        Assert.Equal(400, refused.Status);
        Assert.Equal(
            [
                "error value PlanDefinition.text.div: This is no xhtml: the attribute 'target' is not allowed on <a> in a narrative.",
                "error value PlanDefinition.contained[0].id: '6c16faca-cb95-4db6-ab7d-433b4d991532|10' is no id: it has 1 to 64 letters, digits, '-' and '.'.",
                "error value PlanDefinition.contained[0].text.div: This is no xhtml: the attribute 'target' is not allowed on <a> in a narrative.",
                "error value PlanDefinition.contained[1].id: '60f966e0-b24e-47fa-9e0c-d90abec4e58e|10' is no id: it has 1 to 64 letters, digits, '-' and '.'.",
                "error value PlanDefinition.contained[1].text.div: This is no xhtml: the attribute 'target' is not allowed on <a> in a narrative.",
                "error value PlanDefinition.action[0].description: This is no string: it is empty.",
                "error value PlanDefinition.action[1].description: This is no string: it is empty.",
            ],
            refused.Issues);
        Assert.Equal(201, stored.Status);
        Assert.StartsWith("error invariant PlanDefinition: If the resource is contained in another resource, it SHALL NOT contain nested Resources", judged.Issues[0], StringComparison.Ordinal);
        Assert.StartsWith("2026-01-05 2026-01-05", Dates(laidOut), StringComparison.Ordinal);
    }

    [ConformanceFact]
    public async Task Published_regimens_are_stored_applied_and_laid_out()
    {
        await server.PutAsync("""{"resourceType":"PlanDefinition","id":"newPlan","status":"draft"}""");
        foreach (var file in new[] { "52401000210103.json", "PlanDefinition-SuperceededPlan.json", "ActivityDefinition-ActTragacanth.json" })
            await server.PutAsync(await File.ReadAllTextAsync(ConformanceFolder.Suite("regimens", file)));

        var applied = await server.GetAsync("/PlanDefinition/52401000210103/$apply?subject=Patient/1");
        var laidOut = await server.GetAsync("/PlanDefinition/52401000210103/$schedule?start=2026-01-05&cycles=2");

        Assert.Equal("RequestGroup requestgroup, MedicationRequest action-1.1, MedicationRequest action-1.2, MedicationRequest action-1.3", Contained(applied));
        Assert.Equal(60, Dates(laidOut).Split(' ').Length);
        var page = await server.GetAsync(server.BaseUrl[..^5] + "/regimens/52401000210103");
        Assert.Contains("<strong>Cycle 1 (and all further cycles) - 28 days</strong> <span class=\"soft\">· 28 days, how often is not stated</span>", page.Body, StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">alectinib<br><span class=\"soft\">600 mg flat Twice daily by oral administration</span></th><td><span aria-label=\"day 1\">●</span></td><td><span aria-label=\"day 2\">", page.Body, StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">loperamide<br><span class=\"soft\">2 mg flat by oral administration</span></th><td><span aria-label=\"day 1\">●</span></td><td></td>", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("machine-read, not reviewed", page.Body, StringComparison.Ordinal);
    }

    private static string Dates(Answer answer) => string.Join(' ', answer.Json.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == "administration")
        .Select(parameter => parameter.GetProperty("part")[0]).Select(part => (part.TryGetProperty("valueDate", out var date) ? date : part.GetProperty("valueDateTime")).GetString()));

    private static string Contained(Answer answer) => string.Join(", ", answer.Json.GetProperty("contained").EnumerateArray().Select(part => $"{part.GetProperty("resourceType")} {part.GetProperty("id")}"));
}
