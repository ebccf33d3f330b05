using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Index;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Search.Tests.Index;

public class IndexExtractionTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance,
    [
        new("http://example.org/member-count", "member-count", "number", ["PlanDefinition"], "PlanDefinition.action.where(selectionBehavior = 'all').select(action.count())", [], [], null),
        new("http://example.org/broken", "broken", "number", ["Basic"], "Basic.code.coding.first() + 1", [], [], null),
    ]);

    [Fact]
    public void A_concept_gives_its_codings_and_its_texts()
    {
        var rows = Extract("""{"resourceType":"Medication","code":{"coding":[{"system":"http://a","code":"1","display":"One Ünit"},{"code":"2"},{"system":"http://b"},{"system":"http://a","code":"1"}],"text":"Both"}}""");
        var code = Registry.Find("Medication", "code")!;

        Assert.Equal([new(code.Id, "http://a", "1"), new(code.Id, null, "2"), new(code.Id, "http://b", "")], rows.Tokens);
        Assert.Equal([new StringRow(code.TextId, "one unit", "One Ünit"), new StringRow(code.TextId, "both", "Both")], rows.Strings);
        Assert.Equal([Registry.Find("Medication", "_content")!.Id, code.Id], rows.Present);
        Assert.Equal([new WordAt("1", 1), new WordAt("one", 18), new WordAt("unit", 19)], rows.FullText!.Content.Take(3));
        Assert.Empty(rows.Issues);
    }

    [Fact]
    public void A_code_is_found_with_and_without_the_system_of_its_binding()
    {
        var rows = Extract("""{"resourceType":"Medication","status":"active"}""");
        var status = Registry.Find("Medication", "status")!.Id;

        Assert.Equal([new TokenRow(status, null, "active"), new TokenRow(status, "http://hl7.org/fhir/CodeSystem/medication-status", "active")], rows.Tokens);
    }

    [Fact]
    public void A_code_outside_its_binding_has_no_system() =>
        Assert.Equal([new TokenRow(Registry.Find("Medication", "status")!.Id, null, "odd")], Extract("""{"resourceType":"Medication","status":"odd"}""").Tokens);

    [Fact]
    public void Tokens_of_identifiers_contacts_and_booleans()
    {
        var rows = Extract("""{"resourceType":"Patient","active":true,"identifier":[{"type":{"text":"MRN"},"system":"urn:x","value":"7"}],"telecom":[{"system":"phone","value":"555"}]}""");
        int Id(string code) => Registry.Find("Patient", code)!.Id;

        Assert.Contains(new TokenRow(Id("active"), null, "true"), rows.Tokens);
        Assert.Contains(new TokenRow(Id("identifier"), "urn:x", "7"), rows.Tokens);
        Assert.Contains(new TokenRow(Id("phone"), null, "555"), rows.Tokens);
        Assert.Contains(new TokenRow(Id("telecom"), null, "555"), rows.Tokens);
        Assert.DoesNotContain(rows.Tokens, row => row.ParameterId == Id("email"));
        Assert.Contains(new StringRow(Registry.Find("Patient", "identifier")!.TextId, "mrn", "MRN"), rows.Strings);
    }

    [Fact]
    public void Every_piece_of_a_name_is_a_string_without_case_and_accents()
    {
        var rows = Extract("""{"resourceType":"Patient","name":[{"family":"Gödel","given":["Kurt","  Friedrich  X"]}]}""");
        var name = Registry.Find("Patient", "name")!.Id;

        Assert.Equal(
            [new StringRow(name, "godel", "Gödel"), new StringRow(name, "kurt", "Kurt"), new StringRow(name, "friedrich x", "  Friedrich  X")],
            rows.Strings.Where(row => row.ParameterId == name));
    }

    [Theory]
    [InlineData("Patient/1", "Patient", "1", null, null)]
    [InlineData("Patient/1/_history/3", "Patient", "1", null, "3")]
    [InlineData("http://server.test/fhir/Patient/1", "Patient", "1", null, null)]
    [InlineData("http://elsewhere.test/fhir/Patient/1", null, null, "http://elsewhere.test/fhir/Patient/1", null)]
    [InlineData("urn:uuid:0c3201bd-1cbf-4d64-b04d-cd9187a4c6e0", null, null, "urn:uuid:0c3201bd-1cbf-4d64-b04d-cd9187a4c6e0", null)]
    public void References_are_local_or_lead_elsewhere(string text, string? type, string? id, string? url, string? version)
    {
        var rows = Extract($$"""{"resourceType":"Provenance","target":[{"reference":"{{text}}"}]}""");
        var target = Registry.Find("Provenance", "target")!.Id;

        Assert.Equal([new ReferenceRow(target, type, id, url, version)], rows.References.Where(row => row.ParameterId == target));
    }

    [Theory]
    [InlineData("#inner")]
    [InlineData("Nobody/1")]
    [InlineData("")]
    public void References_that_name_no_resource_give_no_row_but_are_there(string text)
    {
        var rows = Extract($$"""{"resourceType":"Provenance","target":[{"reference":"{{text}}"}]}""");

        Assert.Empty(rows.References);
        Assert.Contains(Registry.Find("Provenance", "target")!.Id, rows.Present);
    }

    [Fact]
    public void The_type_of_a_reference_decides_for_parameters_of_one_type()
    {
        var rows = Extract("""{"resourceType":"CarePlan","subject":{"reference":"Group/1"}}""");

        Assert.Equal([new ReferenceRow(Registry.Find("CarePlan", "subject")!.Id, "Group", "1", null, null)], rows.References);
    }

    [Fact]
    public void The_identifier_of_a_reference_is_a_token_of_its_own()
    {
        var rows = Extract("""{"resourceType":"CarePlan","subject":{"identifier":{"system":"urn:x","value":"7"}}}""");

        Assert.Equal([new TokenRow(Registry.Find("CarePlan", "subject")!.IdentifierId, "urn:x", "7")], rows.Tokens);
    }

    [Fact]
    public void Canonicals_have_url_and_version()
    {
        var rows = Extract("""{"resourceType":"PlanDefinition","url":"http://a/PlanDefinition/p","version":"2","library":["http://a/Library/l|1.0"]}""");
        int Id(string code) => Registry.Find("PlanDefinition", code)!.Id;

        Assert.Equal([new ReferenceRow(Id("depends-on"), null, null, "http://a/Library/l", "1.0")], rows.References);
        Assert.Equal([new UriRow(Id("url"), "http://a/PlanDefinition/p")], rows.Uris);
        Assert.Equal([new TokenRow(Id("version"), null, "2")], rows.Tokens);
    }

    [Fact]
    public void Profiles_are_found_with_and_without_their_version() =>
        Assert.Equal(["http://a/p|1", "http://a/p"], Extract("""{"resourceType":"Basic","meta":{"profile":["http://a/p|1"]}}""").Uris.Select(row => row.Value));

    [Theory]
    [InlineData("\"2024\"", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")]
    [InlineData("\"2024-02\"", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")]
    [InlineData("\"2024-02-29\"", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z")]
    public void A_date_stands_for_the_time_its_precision_covers(string date, string low, string high)
    {
        var rows = Extract($$"""{"resourceType":"Patient","birthDate":{{date}}}""");

        Assert.Equal([new DateRow(Registry.Find("Patient", "birthdate")!.Id, At(low), At(high))], rows.Dates);
    }

    [Theory]
    [InlineData("""{"start":"2024-05-01","end":"2024-05-31"}""", "2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z")]
    [InlineData("""{"start":"2024-05-01T10:00:00+02:00"}""", "2024-05-01T08:00:00Z", null)]
    [InlineData("""{"end":"2024"}""", null, "2025-01-01T00:00:00Z")]
    public void A_period_may_be_open(string period, string? low, string? high)
    {
        var rows = Extract($$"""{"resourceType":"CarePlan","period":{{period}}}""");

        Assert.Equal(
            [new DateRow(Registry.Find("CarePlan", "date")!.Id, low is null ? DateTimeOffset.MinValue : At(low), high is null ? DateTimeOffset.MaxValue : At(high))], rows.Dates);
    }

    [Theory]
    [InlineData("\"2024-02-30\"")]
    [InlineData("\"yesterday\"")]
    public void What_is_no_date_gives_no_row(string date) => Assert.Empty(Extract($$"""{"resourceType":"Patient","birthDate":{{date}}}""").Dates);

    [Fact]
    public void Numbers_that_an_expression_counts_are_exact()
    {
        var rows = Extract("""{"resourceType":"PlanDefinition","action":[{"selectionBehavior":"all","action":[{"title":"a"},{"title":"b"},{"title":"c"}]}]}""");

        Assert.Equal([new NumberRow(Registry.Find("PlanDefinition", "member-count")!.Id, 3, 3)], rows.Numbers);
    }

    [Fact]
    public void A_quantity_is_found_by_its_code_and_by_its_unit()
    {
        var rows = Extract("""{"resourceType":"Observation","valueQuantity":{"value":5.40,"unit":"Milligram","system":"http://unitsofmeasure.org","code":"mg"}}""");
        var quantity = Registry.Find("Observation", "value-quantity")!.Id;

        Assert.Equal(
            [
                new QuantityRow(quantity, "http://unitsofmeasure.org", "mg", 5.40m, 5.40m),
                new QuantityRow(quantity, CanonicalUnit.System, "g", 0.0054m, 0.0054m),
                new QuantityRow(quantity, null, "Milligram", 5.40m, 5.40m),
            ],
            rows.Quantities.Where(row => row.ParameterId == quantity));
    }

    [Theory]
    [InlineData("mg/dL", "<", "g.m-3", "54")]
    [InlineData("Cel", "=", "K", "278.55")]
    [InlineData("mcg", "=", null, null)]
    [InlineData("[pH]", "=", null, null)]
    public void A_quantity_is_indexed_in_base_units_where_it_has_them(string code, string comparator, string? canonical, string? expected)
    {
        var rows = Extract("{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":5.40," + (comparator == "=" ? "" : $"\"comparator\":\"{comparator}\",")
            + $"\"system\":\"http://unitsofmeasure.org\",\"code\":\"{code}\"}}}}");
        var quantity = Registry.Find("Observation", "value-quantity")!.Id;

        var value = expected is null ? 0 : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture);
        QuantityRow[] wanted = canonical is null ? [] : [new QuantityRow(quantity, CanonicalUnit.System, canonical, comparator == "<" ? decimal.MinValue : value, value)];
        Assert.Equal(wanted, rows.Quantities.Where(row => row.ParameterId == quantity && row.System == CanonicalUnit.System));
    }

    [Fact]
    public void A_comparator_opens_a_quantity()
    {
        var rows = Extract("""{"resourceType":"Observation","valueQuantity":{"value":5,"comparator":"<"}}""");

        Assert.Contains(new QuantityRow(Registry.Find("Observation", "value-quantity")!.Id, null, null, decimal.MinValue, 5), rows.Quantities);
    }

    [Fact]
    public void A_parameter_that_fails_leaves_the_others_alone()
    {
        var rows = Extract("""{"resourceType":"Basic","code":{"coding":[{"code":"x"}]},"created":"2024"}""");

        var issue = Assert.Single(rows.Issues);
        Assert.StartsWith("The resource can't be found by 'broken':", issue.Diagnostics, StringComparison.Ordinal);
        Assert.Single(rows.Tokens);
        Assert.Single(rows.Dates);
    }

    private static IndexRows Extract(string json) =>
        IndexExtraction.Extract(ResourceDocument.Parse(Encoding.UTF8.GetBytes(json)), Registry, "http://server.test/fhir/");

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
}
