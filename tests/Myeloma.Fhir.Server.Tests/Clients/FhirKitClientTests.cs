using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Clients;

/// <summary>The repertoire of https://github.com/Vermonster/fhir-kit-client against the server.</summary>
[Trait("Category", "Postgres")]
public sealed class FhirKitClientTests(FhirKitClientTests.Driven client) : IClassFixture<FhirKitClientTests.Driven>
{
    public static TheoryData<string> Scenarios => DrivenClient.Scenarios("fhir-kit-client");

    [NodeTheory]
    [MemberData(nameof(Scenarios))]
    public void The_client_gets_exactly_the_expected_answers(string scenario)
    {
        if (scenario != "searchPages")
        {
            client.Check(scenario);
            return;
        }

        // A page back, where there is one, is the page that was left.
        var pages = client.Results.GetProperty(scenario);
        Assert.Equal(
            """[["kit-page-0","kit-page-1","kit-page-2"],["kit-page-3","kit-page-4","kit-page-5"],["kit-page-6"]]""", JsonSerializer.Serialize(pages.GetProperty("pages")));
        Assert.Equal(7, pages.GetProperty("total").GetInt32());
        Assert.True(pages.GetProperty("back").ToString() is "True" or "no previous link", pages.GetRawText());
    }

    [NodeFact]
    public void A_conditional_create_is_done_once_where_it_is_offered()
    {
        var result = client.Results.GetProperty("conditionalCreate");

        if (!client.Patient.GetProperty("conditionalCreate").GetBoolean()) Assert.Equal(400, result.GetProperty("status").GetInt32());
        else Assert.Equal("""{"statuses":[201,200],"isSame":true}""", result.GetRawText());
    }

    [NodeFact]
    public void A_conditional_update_creates_and_then_updates_where_it_is_offered()
    {
        var result = client.Results.GetProperty("conditionalUpdate");

        if (!client.Patient.GetProperty("conditionalUpdate").GetBoolean()) Assert.Equal(405, result.GetProperty("status").GetInt32());
        else Assert.Equal("""{"statuses":[201,200],"isSame":true,"version":"2"}""", result.GetRawText());
    }

    [NodeFact]
    public void A_search_of_all_types_finds_where_it_is_offered()
    {
        var result = client.Results.GetProperty("searchSystem");

        if (!client.SearchesSystem) Assert.Equal(405, result.GetProperty("status").GetInt32());
        else Assert.Equal("""{"total":1,"ids":["kit-system"]}""", result.GetRawText());
    }

    public sealed class Driven() : DrivenClient("fhir-kit-client");
}
