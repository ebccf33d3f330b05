using System.Net;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Myeloma.Fhir.Server.Tests;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Myeloma.Fhir.Firely.Tests;

/// <summary>The interactions of https://hl7.org/fhir/R4/http.html by <c>FhirClient</c>, in JSON and in XML.</summary>
[Trait("Category", "Postgres")]
public sealed class ClientTests(RunningServer server) : IClassFixture<RunningServer>
{
    public static TheoryData<ResourceFormat> Formats => SdkClient.Formats;

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task The_CapabilityStatement_is_of_the_version_of_the_SDK(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);

        var statement = Assert.IsType<CapabilityStatement>(await client.GetAsync("metadata"));

        Assert.Equal(FHIRVersion.N4_0_1, statement.FhirVersion);
        Assert.Equal(146, Assert.Single(statement.Rest).Resource.Count);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task What_is_created_can_be_read_as_it_is_and_as_it_was(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var given = new Patient { Active = true, BirthDate = "1970-01", Gender = AdministrativeGender.Female, Name = { new HumanName { Family = "Firely", Given = ["Ä", "ö"] } } };

        var created = (await client.CreateAsync(given))!;
        created.Active = false;
        var updated = (await client.UpdateAsync(created))!;
        var current = (await client.ReadAsync<Patient>($"Patient/{created.Id}"))!;
        var first = (await client.ReadAsync<Patient>($"Patient/{created.Id}/_history/1"))!;

        Assert.Equal(("2", false), (updated.Meta.VersionId, updated.Active));
        Assert.True(updated.IsExactly(current));
        Assert.Equal("1", first.Meta.VersionId);
        Assert.True(given.IsExactly(Bare(first)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task What_is_not_there_is_refused_with_an_outcome(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);

        Assert.Equal("Patient/firely-never is not known here.", await SdkClient.RefusedAsync(HttpStatusCode.NotFound, () => client.ReadAsync<Patient>("Patient/firely-never")));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_update_that_is_aware_of_versions_loses_against_a_newer_one(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var id = $"firely-match-{format}";
        var created = (await client.UpdateAsync(new Patient { Id = id, Active = true }))!;
        created.Active = false;

        var updated = (await client.UpdateAsync(created, versionAware: true))!;
        created.BirthDate = "1970";
        var refusal = await SdkClient.RefusedAsync(HttpStatusCode.PreconditionFailed, () => client.UpdateAsync(created, versionAware: true));

        Assert.Equal("2", updated.Meta.VersionId);
        Assert.Equal($"Patient/{id} is expected to be at version 1, but the current version is 2.", refusal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_conditional_create_makes_one_and_finds_it_again(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var given = new Patient { Identifier = { new Identifier("http://example.org/firely", $"once-{format}") } };
        var condition = new SearchParams("identifier", $"http://example.org/firely|once-{format}");

        var first = (await client.CreateAsync(given, condition))!;
        var firstStatus = client.LastResult!.Status;
        var second = (await client.CreateAsync(given, condition))!;

        Assert.StartsWith("201", firstStatus, StringComparison.Ordinal);
        Assert.StartsWith("200", client.LastResult.Status, StringComparison.Ordinal);
        Assert.Equal((first.Id, "1"), (second.Id, second.Meta.VersionId));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_patch_changes_what_it_names_and_nothing_else(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var id = $"firely-patch-{format}";
        await client.UpdateAsync(new Patient { Id = id, Active = true, BirthDate = "1970" });
        var patch = new Parameters();
        patch.Parameter.Add(new Parameters.ParameterComponent
        {
            Name = "operation",
            Part =
            {
                new Parameters.ParameterComponent { Name = "type", Value = new Code("replace") },
                new Parameters.ParameterComponent { Name = "path", Value = new FhirString("Patient.birthDate") },
                new Parameters.ParameterComponent { Name = "value", Value = new Date("1971-02") },
            },
        });

        var patched = (await client.PatchAsync<Patient>(id, patch))!;

        Assert.Equal(("2", true, "1971-02"), (patched.Meta.VersionId, patched.Active, patched.BirthDate));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_search_is_walked_page_by_page(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var family = $"Firelypage{format}";
        for (var i = 0; i < 7; i++) await client.UpdateAsync(new Patient { Id = $"firely-{format}-{i}", Name = { new HumanName { Family = family, Given = [$"g{i}"] } } });
        var search = new SearchParams("family", family) { Count = 3 };
        search.Add("_sort", "-given");

        var pages = new List<string[]>();
        var first = await client.SearchAsync<Patient>(search);
        for (var page = first; page is not null; page = await client.ContinueAsync(page)) pages.Add([.. page.Entry.Select(entry => entry.Resource.Id)]);
        var posted = (await client.SearchUsingPostAsync<Patient>(search))!;

        Assert.Equal(7, first!.Total);
        Assert.Equal(
            [[$"firely-{format}-6", $"firely-{format}-5", $"firely-{format}-4"], [$"firely-{format}-3", $"firely-{format}-2", $"firely-{format}-1"], [$"firely-{format}-0"]], pages);
        Assert.Equal(pages[0], posted.Entry.Select(entry => entry.Resource.Id));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_transaction_is_done_whole_and_its_references_lead_to_what_it_made(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        const string mother = "urn:uuid:05efabf0-4be2-4561-91ce-51548425acb9";
        var id = $"firely-related-{format}";
        var bundle = new Bundle
        {
            Type = Bundle.BundleType.Transaction,
            Entry =
            {
                new Bundle.EntryComponent
                {
                    FullUrl = mother,
                    Resource = new Patient { Active = true },
                    Request = new Bundle.RequestComponent { Method = Bundle.HTTPVerb.POST, Url = "Patient" },
                },
                new Bundle.EntryComponent
                {
                    Resource = new RelatedPerson { Id = id, Patient = new ResourceReference(mother) },
                    Request = new Bundle.RequestComponent { Method = Bundle.HTTPVerb.PUT, Url = $"RelatedPerson/{id}" },
                },
            },
        };

        var answer = (await client.TransactionAsync(bundle))!;
        var related = (await client.ReadAsync<RelatedPerson>($"RelatedPerson/{id}"))!;
        var patient = (await client.ReadAsync<Patient>(related.Patient.Reference))!;

        Assert.Equal(Bundle.BundleType.TransactionResponse, answer.Type);
        Assert.Equal(["201 Created", "201 Created"], answer.Entry.Select(entry => entry.Response.Status));
        Assert.StartsWith($"Patient/{patient.Id}/_history/", answer.Entry[0].Response.Location, StringComparison.Ordinal);
        Assert.True(patient.Active);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task History_names_every_version_newest_first_with_the_deletion(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var id = $"firely-history-{format}";
        await client.UpdateAsync(new Patient { Id = id, Active = true });
        await client.UpdateAsync(new Patient { Id = id, Active = false });
        await client.DeleteAsync($"Patient/{id}");

        var own = (await client.HistoryAsync($"Patient/{id}"))!;
        var type = (await client.TypeHistoryAsync<Patient>(pageSize: 1))!;
        var system = (await client.WholeSystemHistoryAsync(pageSize: 1))!;
        var gone = await Assert.ThrowsAsync<FhirOperationException>(() => client.ReadAsync<Patient>($"Patient/{id}"));

        Assert.Equal([Bundle.HTTPVerb.DELETE, Bundle.HTTPVerb.PUT, Bundle.HTTPVerb.PUT], own.Entry.Select(entry => entry.Request.Method!.Value));
        Assert.Equal([null, false, true], own.Entry.Select(entry => (entry.Resource as Patient)?.Active));
        Assert.Equal((Bundle.BundleType.History, Bundle.BundleType.History), (type.Type!.Value, system.Type!.Value));
        Assert.Single(type.Entry);
        Assert.Single(system.Entry);
        Assert.Equal(HttpStatusCode.Gone, gone.Status);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Operations_take_Parameters_and_give_what_they_promise(ResourceFormat format)
    {
        using var client = SdkClient.For(server, format);
        var id = $"firely-operation-{format}";
        await client.UpdateAsync(new Patient { Id = id, BirthDate = "1970" });
        var expression = new Parameters();
        expression.Parameter.Add(new Parameters.ParameterComponent { Name = "expression", Value = new FhirString("birthDate") });
        var resource = new Parameters();
        resource.Parameter.Add(new Parameters.ParameterComponent { Name = "resource", Resource = new Observation { Code = new CodeableConcept { Text = "no status" } } });

        var evaluated = Assert.IsType<Parameters>(await client.InstanceOperationAsync(new Uri($"Patient/{id}", UriKind.Relative), "fhirpath", expression));
        var read = Assert.IsType<Parameters>(await client.InstanceOperationAsync(new Uri($"Patient/{id}", UriKind.Relative), "fhirpath", expression, useGet: true));
        var outcome = Assert.IsType<OperationOutcome>(await client.TypeOperationAsync("validate", "Observation", resource));

        var result = evaluated.Parameter.Single(parameter => parameter.Name == "result");
        Assert.Equal("1970", Assert.IsType<Date>(Assert.Single(result.Part).Value).Value);
        Assert.True(evaluated.IsExactly(read));
        Assert.Contains(outcome.Issue, issue => issue.Severity == OperationOutcome.IssueSeverity.Error && issue.Expression.Any(expression => expression.Contains("Observation", StringComparison.Ordinal)));
    }

    /// <summary>Without what the server puts in.</summary>
    private static Patient Bare(Patient patient)
    {
        patient.Id = null!;
        patient.Meta = null!;
        return patient;
    }
}
