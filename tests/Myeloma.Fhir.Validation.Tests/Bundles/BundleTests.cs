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
        Assert.Equal(["error bdl-3 Bundle.entry[0]"], Sample.Findings(Transaction($$$"""{"fullUrl":"{{{Uuid}}}","resource":{"resourceType":"Patient"}}""")));
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
    [InlineData("http://example.org/fhir/Patient/1/_history/2", "error bdl-8 Bundle.entry[0].fullUrl")]
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

    [Theory]
    [InlineData("collection", """ "total":1,"entry":[{"resource":{"resourceType":"Patient"}}]""", "error bdl-1 Bundle.total")]
    [InlineData("collection", """ "entry":[{"resource":{"resourceType":"Patient"},"search":{"mode":"match"}}]""", "error bdl-2 Bundle.entry[0].search")]
    [InlineData("collection", """ "entry":[{"resource":{"resourceType":"Patient"}},{"request":{"method":"GET","url":"Patient/1"}}]""", "error bdl-3 Bundle.entry[1].request")]
    [InlineData("batch", """ "entry":[{"resource":{"resourceType":"Patient"}},{"request":{"method":"GET","url":"Patient/1"}},{"resource":{"resourceType":"Patient"}}]""", "error bdl-3 Bundle.entry[0]", "error bdl-3 Bundle.entry[2]")]
    [InlineData("batch", """ "entry":[{"request":{"method":"GET","url":"Patient/1"},"response":{"status":"200"}}]""", "error bdl-4 Bundle.entry[0].response")]
    [InlineData("batch-response", """ "entry":[{"response":{"status":"200"}},{"resource":{"resourceType":"Patient"}}]""", "error bdl-4 Bundle.entry[1]")]
    [InlineData("history", """ "total":1,"entry":[{"request":{"method":"DELETE","url":"Patient/1"},"response":{"status":"204"}}]""")]
    [InlineData("history", """ "entry":[{"resource":{"resourceType":"Patient","id":"1"}}]""", "error bdl-3 Bundle.entry[0]", "error bdl-4 Bundle.entry[0]")]
    [InlineData("searchset", """ "total":1,"entry":[{"resource":{"resourceType":"Patient","id":"1"},"search":{"mode":"match"}}]""")]
    public void What_an_entry_lacks_or_has_too_much_for_the_type_of_its_bundle_is_told_of_the_entry(string type, string rest, params string[] expected) =>
        Assert.Equal(expected, Sample.Findings($$"""{"resourceType":"Bundle","type":"{{type}}",{{rest}}}"""));

    [Fact]
    public void A_missing_request_is_told_in_words_that_name_the_type_of_the_bundle() => Assert.Equal(
        "Each entry of a batch has a request; this one has none (bdl-3 of http://hl7.org/fhir/StructureDefinition/Bundle).",
        Assert.Single(new Validator().Validate(Sample.Resource("""{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient"}}]}"""))).Diagnostics);

    [Fact]
    public void A_bundle_in_a_parameter_keeps_the_invariants_too() => Assert.Contains(
        "error bdl-3 Parameters.parameter[0].resource.entry[0]",
        Sample.Findings("""{"resourceType":"Parameters","parameter":[{"name":"b","resource":{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient"}}]}}]}"""));
}
