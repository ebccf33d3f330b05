using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Search.Tests.Requests;

public class SearchRequestTests
{
    private static readonly SearchParameterRegistry Registry = SearchParameterRegistry.Build(R4Schema.Instance,
    [
        new("http://example.org/drug", "drug", "token", ["PlanDefinition"], "PlanDefinition.action.code", [], [], null),
        new("http://example.org/member-count", "member-count", "number", ["PlanDefinition"], "PlanDefinition.action.count()", [], [], null),
    ]);

    [Theory]
    [InlineData("code", "x", "AnySystem { Code = x }")]
    [InlineData("code", "http://s|x", "InSystem { System = http://s, Code = x }")]
    [InlineData("code", "|x", "NoSystem { Code = x }")]
    [InlineData("code", "http://s|", "WholeSystem { System = http://s }")]
    [InlineData("code", @"a\|b", "AnySystem { Code = a|b }")]
    [InlineData("code", @"a\,b,c", "AnySystem { Code = a,b }; AnySystem { Code = c }")]
    [InlineData("code", "a,,b", "AnySystem { Code = a }; AnySystem { Code = b }")]
    public void The_forms_of_a_token(string name, string value, string expected)
    {
        var criterion = Assert.IsType<Criterion.Token>(Assert.Single(Bind("Medication", (name, value)).Criteria));

        Assert.Equal(expected, string.Join("; ", criterion.Values));
        Assert.False(criterion.Negated);
    }

    [Fact]
    public void Repeated_parameters_add_up_and_not_turns_round()
    {
        var criteria = Bind("PlanDefinition", ("drug", "a"), ("drug", "b"), ("drug:not", "c,d")).Criteria.Cast<Criterion.Token>().ToList();

        Assert.Equal([(1, false), (1, false), (2, true)], criteria.Select(each => (each.Values.Count, each.Negated)));
    }

    [Theory]
    [InlineData("name", "Gödel", StringMatch.Prefix, "godel")]
    [InlineData("name:contains", " GöD  x", StringMatch.Contains, "god x")]
    [InlineData("name:exact", "Gödel", StringMatch.Exact, "Gödel")]
    public void Strings_are_folded_but_exact_ones(string name, string value, StringMatch match, string text)
    {
        var criterion = Assert.IsType<Criterion.String>(Assert.Single(Bind("Patient", (name, value)).Criteria));

        Assert.Equal((match, text, false), (criterion.Match, Assert.Single(criterion.Values), criterion.Text));
    }

    [Fact]
    public void Text_of_a_token_is_a_string()
    {
        var criterion = Assert.IsType<Criterion.String>(Assert.Single(Bind("Medication", ("code:text", "Bort")).Criteria));

        Assert.Equal((true, "bort"), (criterion.Text, Assert.Single(criterion.Values)));
    }

    [Theory]
    [InlineData("2024", Prefix.Eq, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")]
    [InlineData("ge2024-05", Prefix.Ge, "2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z")]
    [InlineData("sa2024-05-31", Prefix.Sa, "2024-05-31T00:00:00Z", "2024-06-01T00:00:00Z")]
    [InlineData("2024-05-31T10:30+02:00", Prefix.Eq, "2024-05-31T08:30:00Z", "2024-05-31T08:31:00Z")]
    [InlineData("2024-05-31T10:30:00 02:00", Prefix.Eq, "2024-05-31T08:30:00Z", "2024-05-31T08:30:01Z")]
    [InlineData("lt2024-05-31T10:30:00.5Z", Prefix.Lt, "2024-05-31T10:30:00.5Z", "2024-05-31T10:30:00.6Z")]
    public void Dates_cover_the_time_of_their_precision(string value, Prefix prefix, string low, string high)
    {
        var criterion = Assert.IsType<Criterion.Date>(Assert.Single(Bind("Patient", ("birthdate", value)).Criteria));

        Assert.Equal([new DateValue(prefix, At(low), At(high))], criterion.Values);
    }

    [Fact]
    public void The_last_day_there_is_has_no_end()
    {
        var criterion = Assert.IsType<Criterion.LastUpdated>(Assert.Single(Bind("Patient", ("_lastUpdated", "le9999-12-31")).Criteria));

        Assert.Equal(DateTimeOffset.MaxValue, Assert.Single(criterion.Values).High);
    }

    [Theory]
    [InlineData("3", Prefix.Eq, "2.5", "3.5", "3")]
    [InlineData("100.00", Prefix.Eq, "99.995", "100.005", "100.00")]
    [InlineData("1e2", Prefix.Eq, "95", "105", "100")]
    [InlineData("gt-2", Prefix.Gt, "-2.5", "-1.5", "-2")]
    [InlineData("ap100", Prefix.Ap, "90", "110", "100")]
    public void Numbers_cover_the_range_of_their_precision(string value, Prefix prefix, string low, string high, string number)
    {
        var criterion = Assert.IsType<Criterion.Number>(Assert.Single(Bind("PlanDefinition", ("member-count", value)).Criteria));

        static decimal Of(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal([new NumberValue(prefix, Of(low), Of(high), Of(number))], criterion.Values);
    }

    [Theory]
    [InlineData("5.4", null, null)]
    [InlineData("5.4||mg", null, "mg")]
    [InlineData("5.4|http://unitsofmeasure.org|mcg", "http://unitsofmeasure.org", "mcg")]
    [InlineData("5.4|http://unitsofmeasure.org|[pH]", "http://unitsofmeasure.org", "[pH]")]
    public void Quantities_may_have_a_unit(string value, string? system, string? code)
    {
        var quantity = Assert.Single(Assert.IsType<Criterion.Quantity>(Assert.Single(Bind("Observation", ("value-quantity", value)).Criteria)).Values);

        Assert.Equal((5.4m, system, code), (quantity.Number.Value, quantity.System, quantity.Code));
    }

    [Fact]
    public void A_quantity_with_a_UCUM_unit_is_asked_for_in_base_units_with_the_range_of_its_precision()
    {
        var quantity = Assert.Single(Assert.IsType<Criterion.Quantity>(Assert.Single(Bind("Observation", ("value-quantity", "ge5.4|http://unitsofmeasure.org|mg/dL")).Criteria)).Values);

        Assert.Equal(new QuantityValue(new NumberValue(Prefix.Ge, 53.5m, 54.5m, 54m), "ucum:base", "g.m-3"), quantity);
    }

    [Theory]
    [InlineData("Provenance", "target", "Patient/1", "Local { Type = Patient, Id = 1, Version =  }")]
    [InlineData("Provenance", "target", "1", "AnyType { Id = 1 }")]
    [InlineData("Provenance", "target:Patient", "1", "Local { Type = Patient, Id = 1, Version =  }")]
    [InlineData("Provenance", "target", "http://server.test/fhir/Patient/1", "Local { Type = Patient, Id = 1, Version =  }")]
    [InlineData("Provenance", "target", "http://else.test/Patient/1", "Url { Value = http://else.test/Patient/1, Version = , VersionIsPrefix = False }")]
    [InlineData("AllergyIntolerance", "recorder:Patient", "1", "Local { Type = Patient, Id = 1, Version =  }")]
    [InlineData("PlanDefinition", "definition", "http://a/x|1.0", "Url { Value = http://a/x, Version = 1.0, VersionIsPrefix = False }")]
    [InlineData("PlanDefinition", "definition:below", "http://a/x|1", "Url { Value = http://a/x, Version = 1, VersionIsPrefix = True }")]
    public void The_forms_of_a_reference(string type, string name, string value, string expected) =>
        Assert.Equal(expected, Assert.Single(Assert.IsType<Criterion.Reference>(Assert.Single(Bind(type, (name, value)).Criteria)).Values).ToString());

    [Fact]
    public void The_identifier_of_a_reference_is_a_token() =>
        Assert.Equal(
            [new TokenValue.InSystem("urn:x", "7")],
            Assert.IsType<Criterion.ReferenceIdentifier>(Assert.Single(Bind("CarePlan", ("subject:identifier", "urn:x|7")).Criteria)).Values);

    [Fact]
    public void A_canonical_resource_is_found_by_url_and_version()
    {
        var both = Assert.IsType<Criterion.AllOf>(Assert.Single(Bind("ValueSet", ("url", "http://a/x|1.0")).Criteria));

        Assert.Equal(["http://a/x"], Assert.IsType<Criterion.Uri>(both.Criteria[0]).Values);
        Assert.Equal([new TokenValue.AnySystem("1.0")], Assert.IsType<Criterion.Token>(both.Criteria[1]).Values);
        Assert.Equal(["http://a/x"], Assert.IsType<Criterion.Uri>(Assert.Single(Bind("ValueSet", ("url", "http://a/x")).Criteria)).Values);
    }

    [Fact]
    public void A_chain_looks_at_every_type_that_has_the_parameter()
    {
        var chain = Assert.IsType<Criterion.Chain>(Assert.Single(Bind("PlanDefinition", ("definition.url", "http://a/x")).Criteria));

        Assert.Equal(["ActivityDefinition", "PlanDefinition", "Questionnaire"], chain.Targets.Select(target => target.TargetType).Order());
        Assert.All(chain.Targets, target => Assert.Equal(target.TargetType, target.Canonical!.Url.ResourceType));
    }

    [Fact]
    public void A_chain_may_name_the_type()
    {
        var chain = Assert.IsType<Criterion.Chain>(Assert.Single(Bind("Medication", ("ingredient:Medication.code:not", "x")).Criteria));

        var target = Assert.Single(chain.Targets);
        Assert.Equal(("Medication", true, null), (target.TargetType, Assert.IsType<Criterion.Token>(target.Criterion).Negated, target.Canonical));
    }

    [Fact]
    public void Includes_name_the_parameter_and_what_canonicals_lead_to()
    {
        var search = Bind("PlanDefinition",
            ("_include", "PlanDefinition:definition"), ("_include:recurse", "PlanDefinition:definition:ActivityDefinition"), ("_revinclude", "Provenance:target"));

        Assert.Equal([(false, false, null), (false, true, "ActivityDefinition"), (true, false, null)], search.Includes.Select(rule => (rule.Reverse, rule.Iterate, rule.TargetType)));
        Assert.Equal(["ActivityDefinition", "PlanDefinition", "Questionnaire"], search.Includes[0].Canonicals.Select(target => target.ResourceType).Order());
        Assert.Equal(["ActivityDefinition"], search.Includes[1].Canonicals.Select(target => target.ResourceType));
        Assert.Empty(search.Includes[2].Canonicals);
    }

    [Fact]
    public void A_star_includes_every_reference() =>
        Assert.Equal(["ingredient", "manufacturer"], Assert.Single(Bind("Medication", ("_include", "*")).Includes).Parameters.Select(parameter => parameter.Code));

    [Fact]
    public void What_was_used_stands_in_a_stable_order()
    {
        var search = Bind("Medication", ("_count", "5000"), ("status", "active"), ("_format", "json"), ("nope", "1"), ("code", "b"), ("_sort", "-status,_id"), ("code", "a"), ("_cursor", "abc"));

        Assert.Equal("code=a&code=b&status=active&_count=1000&_sort=-status,_id".Split('&').Order(), search.SelfParameters.Select(each => $"{each.Key}={each.Value}").Order());
        Assert.Equal(["code=a", "code=b", "status=active"], search.SelfParameters.Take(3).Select(each => $"{each.Key}={each.Value}"));
        Assert.Equal([("status", SortColumn.None, true), (null, SortColumn.Id, false)], search.Sort.Select(key => (key.Parameter?.Code, key.Column, key.Descending)));
        Assert.Equal((1_000, "abc"), (search.Count, search.Cursor));
    }

    [Theory]
    [InlineData("_count", "0")]
    [InlineData("_summary", "count")]
    public void Only_the_total_may_be_asked_for(string name, string value) => Assert.True(Bind("Medication", (name, value)).CountOnly);

    [Fact]
    public void An_unknown_parameter_is_ignored_with_a_warning_or_refused_when_strict()
    {
        var search = Bind("Medication", ("cod", "x"));

        Assert.Empty(search.Criteria);
        Assert.Empty(search.SelfParameters);
        Assert.Equal(
            [Issue.Warning(IssueType.Invalid, "Search parameter 'cod' is not known for Medication; did you mean 'code'? It was ignored.", "http.cod")], search.Issues);
        var fault = Assert.Single(Faults("Medication", true, ("cod", "x")));
        Assert.Equal(Issue.Invalid("Search parameter 'cod' is not known for Medication; did you mean 'code'?", "http.cod"), fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_named_query_is_refused_however_lenient_the_handling_since_nothing_else_can_stand_for_it(bool isStrict) =>
        Assert.Equal(
            Issue.NotSupported("There is no named query 'current-high-risk': this server has none. Search by the parameters that the CapabilityStatement lists.", "http._query"),
            Assert.Single(Faults("Patient", isStrict, ("_query", "current-high-risk"))));

    [Theory]
    [InlineData("42.25|-83.69", 42.25, -83.69, 50_000.0)]
    [InlineData("42.25|-83.69|11.2", 42.25, -83.69, 11_200.0)]
    [InlineData("-33.9|151.2|3|[mi_i]", -33.9, 151.2, 4828.032)]
    [InlineData("0|180|5||", null, null, null)]
    [InlineData("0|180||m", 0.0, 180.0, 50.0)]
    [InlineData("0|0|1000000|km", 0.0, 0.0, 20_100_000.0)]
    [InlineData("91|0", null, null, null)]
    [InlineData("0|181", null, null, null)]
    [InlineData("0", null, null, null)]
    [InlineData("0|0|-1", null, null, null)]
    [InlineData("0|0|1|kg", null, null, null)]
    [InlineData("a|b", null, null, null)]
    public void A_place_is_a_latitude_a_longitude_a_distance_and_its_unit(string text, double? latitude, double? longitude, double? metres)
    {
        if (latitude is null)
        {
            Assert.Equal(IssueType.Value, Assert.Single(Faults("Location", false, ("near", text))).Type);
            return;
        }

        var near = Assert.IsType<Criterion.Near>(Assert.Single(Bind("Location", ("near", text)).Criteria));
        Assert.Equal([new NearValue((decimal)latitude, (decimal)longitude!, (decimal)metres!)], near.Values);
    }

    [Theory]
    [InlineData("Patient", "birthdate", "2024-13")]
    [InlineData("Patient", "birthdate", "2023-02-29")]
    [InlineData("Patient", "birthdate", "xx2024")]
    [InlineData("Patient", "birthdate", "2024-05-31T10")]
    [InlineData("Patient", "_id", "a/b")]
    [InlineData("Patient", "name:missing", "yes")]
    [InlineData("Patient", "_count", "-1")]
    [InlineData("Patient", "_count", "many")]
    [InlineData("Patient", "_total", "maybe")]
    [InlineData("Patient", "_summary", "short")]
    [InlineData("Patient", "_elements", "nme")]
    [InlineData("Patient", "_include", "Patient")]
    [InlineData("Medication", "code", "|")]
    [InlineData("Medication", "code", "a|b|c")]
    [InlineData("PlanDefinition", "member-count", "three")]
    [InlineData("PlanDefinition", "member-count", "1e99")]
    [InlineData("Observation", "value-quantity", "5|mg")]
    [InlineData("Provenance", "target", "Nobody/1")]
    [InlineData("Provenance", "target", "#inner")]
    [InlineData("Provenance", "target:Patient", "Group/1")]
    [InlineData("PlanDefinition", "definition", "|1.0")]
    [InlineData("ValueSet", "url", "http://a|")]
    public void A_malformed_value_is_refused_whatever_the_handling(string type, string name, string value)
    {
        var fault = Assert.Single(Faults(type, false, (name, value)));

        Assert.Equal((IssueType.Value, $"http.{name}"), (fault.Type, fault.Expression));
        Assert.Contains(value == "nme" ? "'nme'" : $"'{value}'", fault.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Medication", "code:of-type", "s|c|x")]
    [InlineData("Medication", "code:exact", "x")]
    [InlineData("Patient", "birthdate:not", "2024")]
    [InlineData("Patient", "name:not", "x")]
    [InlineData("Patient", "_id:missing", "true")]
    [InlineData("Provenance", "target:below", "http://a/x")]
    [InlineData("Patient", "_include:deep", "Patient:link")]
    public void A_modifier_that_is_not_there_is_refused_whatever_the_handling(string type, string name, string value) =>
        Assert.Equal(IssueType.NotSupported, Assert.Single(Faults(type, false, (name, value))).Type);

    [Theory]
    [InlineData("code.name", "x", IssueType.Invalid)]
    [InlineData("ingredient:Patient.name", "x", IssueType.Invalid)]
    [InlineData("ingredient:Medication.ingredient:Medication.ingredient:Medication.ingredient:Medication.ingredient:Medication.code", "x", IssueType.TooCostly)]
    public void A_chain_that_leads_nowhere_is_refused(string name, string value, IssueType type) =>
        Assert.Equal(type, Assert.Single(Faults("Medication", false, (name, value))).Type);

    [Fact]
    public void All_faults_are_told_together()
    {
        var faults = Faults("Patient", true, ("birthdate", "x"), ("nme", "y"), ("_count", "z"));

        Assert.Equal(["http.birthdate", "http.nme", "http._count"], faults.Select(fault => fault.Expression));
    }

    [Fact]
    public void Limits_are_kept()
    {
        Assert.Equal(IssueType.TooCostly, Assert.Single(Faults("Medication", false, ("code", string.Join(',', Enumerable.Range(0, 501))))).Type);
        Assert.Equal(IssueType.TooLong, Assert.Single(Faults("Medication", false, ("code", new string('x', 2_049)))).Type);
        Assert.Equal(IssueType.TooCostly, Assert.Single(Faults("Medication", false, [.. Enumerable.Range(0, 101).Select(each => ("code", $"{each}"))])).Type);
    }

    [Fact]
    public void All_types_are_searched_by_what_every_resource_has()
    {
        var search = Bind(null, ("_type", "Medication,PlanDefinition"), ("_id", "a"), ("code", "x"));

        Assert.Equal(["Medication", "PlanDefinition"], Assert.IsType<Criterion.Type>(search.Criteria[0]).Values);
        Assert.Equal(["a"], Assert.IsType<Criterion.Id>(search.Criteria[1]).Values);
        Assert.Equal(IssueType.NotSupported, Assert.Single(search.Issues).Type);
    }

    [Fact]
    public void A_parameter_that_is_still_being_indexed_is_refused()
    {
        var pending = Registry.WithIds([.. Registry.Indexed.Select(parameter => (parameter.Id, parameter.Code != "drug"))]);

        var fault = Assert.Throws<FhirException>(() => SearchRequest.Bind("PlanDefinition", [new("drug", "x")], pending, SearchOptions.Default));
        Assert.Equal(IssueType.Transient, Assert.Single(fault.Issues).Type);
    }

    private static BoundSearch Bind(string? type, params (string Name, string Value)[] parameters) =>
        SearchRequest.Bind(type, Pairs(parameters), Registry, SearchOptions.Default with { BaseUrl = "http://server.test/fhir" });

    private static IReadOnlyList<Issue> Faults(string type, bool strict, params (string Name, string Value)[] parameters) =>
        Assert.Throws<FhirException>(() => SearchRequest.Bind(type, Pairs(parameters), Registry, SearchOptions.Default with { Strict = strict })).Issues;

    private static List<KeyValuePair<string, string>> Pairs((string Name, string Value)[] parameters) =>
        [.. parameters.Select(parameter => new KeyValuePair<string, string>(parameter.Name, parameter.Value))];

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
}
