using Xunit;

namespace Myeloma.Fhir.Server.Tests.Clients;

/// <summary>The repertoire of https://github.com/smart-on-fhir/client-js (npm: fhirclient) against the server.</summary>
[Trait("Category", "Postgres")]
public sealed class FhirClientTests(FhirClientTests.Driven client) : IClassFixture<FhirClientTests.Driven>
{
    public static TheoryData<string> Scenarios => DrivenClient.Scenarios("fhirclient");

    [NodeTheory]
    [MemberData(nameof(Scenarios))]
    public void The_client_gets_exactly_the_expected_answers(string scenario) => client.Check(scenario);

    [NodeFact]
    public void A_conditional_create_is_done_once_where_it_is_offered()
    {
        var result = client.Results.GetProperty("conditionalCreate");

        if (!client.Patient.GetProperty("conditionalCreate").GetBoolean()) Assert.Equal(400, result.GetProperty("status").GetInt32());
        else Assert.Equal("""{"statuses":[201,200],"isSame":true}""", result.GetRawText());
    }

    public sealed class Driven() : DrivenClient("fhirclient");
}
