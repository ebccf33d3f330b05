namespace Myeloma.Fhir.Validation.Tests.Bundles;

/// <remarks>https://hl7.org/fhir/R4/bundle.html</remarks>
public sealed class BundleTests
{
    private const string Uuid = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
    private const string Other = "urn:uuid:5f0a2d2e-8c1c-4f0e-9a63-0a1d5c0f9f11";
    private const string Post = """ "request":{"method":"POST","url":"Patient"} """;

    private static string Transaction(params string[] entries) => $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(",", entries)}}]}""";

    [Fact]
    public void A_sound_transaction_has_no_issues() =>
        Assert.Empty(Sample.Findings(Transaction(
            $$$"""{"fullUrl":"{{{Uuid}}}","resource":{"resourceType":"Patient","managingOrganization":{"reference":"{{{Other}}}"}},{{{Post}}}}""",
            $$$"""{"fullUrl":"{{{Other}}}","resource":{"resourceType":"Organization","name":"O"},"request":{"method":"POST","url":"Organization"}}""")));

    [Fact]
    public void A_reference_to_an_entry_that_is_not_there_is_an_error_at_the_reference() =>
        Assert.Equal(
            ["error bundle-reference Bundle.entry[0].resource.managingOrganization.reference"],
            Sample.Findings(Transaction($$$"""{"fullUrl":"{{{Uuid}}}","resource":{"resourceType":"Patient","managingOrganization":{"reference":"{{{Other}}}"}},{{{Post}}}}""")));

    [Fact]
    public void A_reference_to_an_entry_of_another_type_is_an_error() =>
        Assert.Equal(
            ["error reference-target-type Bundle.entry[0].resource.managingOrganization"],
            Sample.Findings(Transaction($$$"""{"fullUrl":"{{{Uuid}}}","resource":{"resourceType":"Patient","managingOrganization":{"reference":"{{{Uuid}}}"}},{{{Post}}}}""")));

    [Fact]
    public void Two_entries_do_not_share_a_fullUrl() =>
        Assert.Equal(
            ["error bdl-7 Bundle.entry[1].fullUrl"],
            Sample.Findings(Transaction(
                $$"""{"fullUrl":"{{Uuid}}","resource":{"resourceType":"Patient"},{{Post}}}""",
                $$"""{"fullUrl":"{{Uuid}}","resource":{"resourceType":"Patient"},{{Post}}}""")));

    [Fact]
    public void An_entry_of_a_transaction_has_a_request_that_fits_its_resource()
    {
        Assert.Equal(["error bdl-3 Bundle"], Sample.Findings(Transaction($$$"""{"fullUrl":"{{{Uuid}}}","resource":{"resourceType":"Patient"}}""")));
        Assert.Equal(
            ["error bundle-request Bundle.entry[0].request"],
            Sample.Findings(Transaction($$$"""{"fullUrl":"{{{Uuid}}}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Group"}}""")));
        Assert.Equal(
            ["error bundle-request Bundle.entry[0]"],
            Sample.Findings(Transaction($$"""{"fullUrl":"{{Uuid}}",{{Post}}}""")));
    }

    [Theory]
    [InlineData("Patient/1", "error bundle-full-url Bundle.entry[0].fullUrl")]
    [InlineData("urn:uuid:12", "error bundle-full-url Bundle.entry[0].fullUrl")]
    [InlineData("http://example.org/fhir/Patient/2", "error bundle-full-url-id Bundle.entry[0].fullUrl")]
    [InlineData("http://example.org/fhir/Patient/1/_history/2", "error bdl-8 Bundle.entry[0]")]
    public void A_fullUrl_is_absolute_and_agrees_with_the_resource(string fullUrl, string expected) =>
        Assert.Contains(
            expected,
            Sample.Findings($$$"""{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"{{{fullUrl}}}","resource":{"resourceType":"Patient","id":"1"}}]}"""));

    [Fact]
    public void A_document_holds_what_its_composition_refers_to()
    {
        static string Document(string author) => $$$"""
            {"resourceType":"Bundle","type":"document","identifier":{"system":"http://example.org/d","value":"1"},"timestamp":"2020-01-01T00:00:00Z","entry":[
             {"fullUrl":"http://example.org/fhir/Composition/1","resource":{"resourceType":"Composition","id":"1","status":"final","type":{"text":"t"},"date":"2020","title":"T","author":[{"reference":"{{{author}}}"}]}},
             {"fullUrl":"http://example.org/fhir/Practitioner/1","resource":{"resourceType":"Practitioner","id":"1"}}]}
            """;

        Assert.Empty(Sample.Findings(Document("Practitioner/1")));
        Assert.Equal(["error bundle-reference Bundle.entry[0].resource.author[0].reference"], Sample.Findings(Document("Practitioner/2")));
    }
}
