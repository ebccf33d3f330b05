using Xunit;

namespace Myeloma.Fhir.Server.Tests.Rest;

/// <summary>What the server makes of a search's result; the criteria themselves are tested where they are bound and run.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#search</remarks>
[Trait("Category", "Postgres")]
public sealed class SearchTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task A_match_comes_with_its_address_mode_and_the_bytes_it_was_stored_in()
    {
        await server.PutAsync("""{"resourceType":"Medication","id":"s-one","code":{"coding":[{"system":"http://x","code":"s-one"}]},"amount":{"numerator":{"value":1.00}}}""");

        var answer = await server.GetAsync("/Medication?code=http://x|s-one");

        Assert.Equal((200, "searchset"), (answer.Status, answer.Json.GetProperty("type").GetString()));
        Assert.Equal(1, answer.Json.GetProperty("total").GetInt32());
        Assert.Equal($"{server.BaseUrl}/Medication?code=http://x%7Cs-one", Uri.UnescapeDataString(answer.Link("self")!).Replace("|", "%7C", StringComparison.Ordinal));
        var entry = Assert.Single(answer.Entries);
        Assert.Equal($"{server.BaseUrl}/Medication/s-one", entry.GetProperty("fullUrl").GetString());
        Assert.Equal("match", entry.GetProperty("search").GetProperty("mode").GetString());
        Assert.Equal((await server.GetAsync("/Medication/s-one")).Body, entry.GetProperty("resource").GetRawText());
        Assert.Empty((await server.GetAsync("/Medication?code=http://y|s-one")).Entries);
    }

    /// <remarks>https://hl7.org/fhir/R4/search.html#contained</remarks>
    [Fact]
    public async Task A_contained_resource_is_named_by_its_container_and_found_again_over_pages()
    {
        foreach (var id in new[] { "s-h1", "s-h2" })
            await server.PutAsync($$$"""{"resourceType":"Basic","id":"{{{id}}}","contained":[{"resourceType":"Organization","id":"o","name":"s-held"}],"code":{"text":"x"},"author":{"reference":"#o"}}""");

        var first = await server.GetAsync("/Organization?name=s-held&_contained=true&_containedType=contained&_count=1&_elements=name");
        var second = await server.GetAsync(first.Link("next")![server.BaseUrl.Length..]);
        var containers = await server.GetAsync("/Organization?name=s-held&_contained=both");

        Assert.Equal([$"{server.BaseUrl}/Basic/s-h2#o", $"{server.BaseUrl}/Basic/s-h1#o"], [.. first.Entries.Concat(second.Entries).Select(entry => entry.GetProperty("fullUrl").GetString()!)]);
        Assert.Equal("s-held", first.Entries[0].GetProperty("resource").GetProperty("name").GetString());
        Assert.Equal(2, first.Json.GetProperty("total").GetInt32());
        Assert.Equal(["s-h2", "s-h1"], containers.Matches);
    }

    /// <remarks>https://hl7.org/fhir/R4/search.html#relevance</remarks>
    [Fact]
    public async Task A_search_for_words_tells_the_score_of_each_match()
    {
        await server.PutAsync("""{"resourceType":"Basic","id":"s-score","code":{"text":"gadolinium"}}""");

        var scored = Assert.Single((await server.GetAsync("/Basic?_content=gadolinium")).Entries).GetProperty("search");
        var plain = Assert.Single((await server.GetAsync("/Basic?_id=s-score")).Entries).GetProperty("search");

        Assert.InRange(scored.GetProperty("score").GetDecimal(), 0.000001m, 0.999999m);
        Assert.False(plain.TryGetProperty("score", out _));
    }

    /// <remarks>https://hl7.org/fhir/R4/search.html#quantity</remarks>
    [Fact]
    public async Task A_quantity_is_found_in_whatever_unit_it_is_asked_for()
    {
        foreach (var (id, value, code) in new[] { ("s-g", "5.4", "g"), ("s-mg", "5400", "mg"), ("s-much", "5.4", "kg"), ("s-iu", "5.4", "[iU]"), ("s-bad", "5.4", "grams") })
            await server.PutAsync($$$"""{"resourceType":"Observation","id":"{{{id}}}","status":"final","identifier":[{"value":"s-units"}],"code":{"text":"x"},"valueQuantity":{"value":{{{value}}},"system":"http://unitsofmeasure.org","code":"{{{code}}}"}}""");

        async Task<string> FoundAsync(string value) => string.Join(' ', (await server.GetAsync($"/Observation?identifier=s-units&value-quantity={Uri.EscapeDataString(value)}")).Matches.Order(StringComparer.Ordinal));

        Assert.Equal("s-g s-mg", await FoundAsync("5.4|http://unitsofmeasure.org|g"));
        Assert.Equal("s-g s-mg", await FoundAsync("5400|http://unitsofmeasure.org|mg"));
        Assert.Equal("s-much", await FoundAsync("gt0.0054|http://unitsofmeasure.org|kg"));
        Assert.Equal("s-iu", await FoundAsync("5400|http://unitsofmeasure.org|m[iU]"));
        Assert.Equal("s-bad", await FoundAsync("5.4|http://unitsofmeasure.org|grams"));
        Assert.Equal("s-g", await FoundAsync("5.4||g"));
        Assert.Equal("s-bad s-g s-iu s-much", await FoundAsync("5.4"));
        Assert.Equal("s-bad s-g s-iu s-mg s-much", await FoundAsync("ge5.4|http://unitsofmeasure.org|"));
    }

    [Fact]
    public async Task POST_search_takes_the_parameters_of_the_form_and_of_the_URL()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"s-form","active":true,"gender":"female","identifier":[{"value":"s-form"}]}""");
        const string form = "gender=female&identifier=s-form&_format=json";

        var found = await server.SendAsync("POST", "/Patient/_search?active=true", form, ("Content-Type", "application/x-www-form-urlencoded"));
        var none = await server.SendAsync("POST", "/Patient/_search?active=false", form, ("Content-Type", "application/x-www-form-urlencoded"));
        var json = await server.SendAsync("POST", "/Patient/_search", "{}");
        var xml = await server.SendAsync("POST", "/Patient/_search", "_format=xml", ("Content-Type", "application/x-www-form-urlencoded"));

        Assert.Equal(["s-form"], found.Matches);
        Assert.Empty(none.Matches);
        Assert.Equal(415, json.Status);
        Assert.Equal((200, "application/fhir+xml; charset=utf-8"), (xml.Status, xml.Header("Content-Type")));
    }

    [Fact]
    public async Task An_unknown_parameter_is_told_when_lenient_and_refused_when_strict()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"s-unknown","identifier":[{"value":"s-unknown"}]}""");

        var lenient = await server.GetAsync("/Patient?identifier=s-unknown&colour=red");
        var strict = await server.GetAsync("/Patient?identifier=s-unknown&colour=red", ("Prefer", "handling=strict"));

        Assert.Equal(200, lenient.Status);
        Assert.Equal(["s-unknown"], lenient.Matches);
        Assert.DoesNotContain("colour", lenient.Link("self"), StringComparison.Ordinal);
        var outcome = lenient.Entries.Single(entry => entry.GetProperty("search").GetProperty("mode").GetString() == "outcome").GetProperty("resource");
        Assert.Equal("warning", outcome.GetProperty("issue")[0].GetProperty("severity").GetString());
        Assert.Contains("colour", outcome.GetProperty("issue")[0].GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, strict.Status);
        Assert.Contains("colour", Assert.Single(strict.Issues), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paging_links_lead_through_all_matches_once()
    {
        for (var i = 0; i < 7; i++)
            await server.PutAsync($$"""{"resourceType":"Patient","id":"s-page-{{i}}","identifier":[{"value":"s-page"}],"birthDate":"197{{i}}"}""");

        var path = "/Patient?identifier=s-page&_sort=-birthdate&_count=3";
        List<string> seen = [];
        List<int> sizes = [];
        var page = await server.GetAsync(path);
        var first = page.Link("self");
        while (true)
        {
            Assert.Equal(7, page.Json.GetProperty("total").GetInt32());
            seen.AddRange(page.Matches);
            sizes.Add(page.Matches.Count);
            if (page.Link("next") is not { } next) break;
            var before = page;
            page = await server.GetAsync(next[server.BaseUrl.Length..]);
            Assert.Equal(first, page.Link("first"));
            Assert.Equal(next, page.Link("self"));
            Assert.Equal(before.Matches, (await server.GetAsync(page.Link("previous")![server.BaseUrl.Length..])).Matches);
        }

        Assert.Equal([3, 3, 1], sizes);
        Assert.Equal(["s-page-6", "s-page-5", "s-page-4", "s-page-3", "s-page-2", "s-page-1", "s-page-0"], seen);
    }

    [Theory]
    [InlineData("/Patient?_cursor=made-up")]
    [InlineData("/Patient?_count=-1")]
    [InlineData("/Patient?_count=many")]
    [InlineData("/Patient?birthdate=yesterday")]
    [InlineData("/Patient?_sort=nonsense&_id=x")]
    public async Task A_value_that_cannot_be_read_gets_400_and_never_500(string path)
    {
        var answer = await server.GetAsync(path, ("Prefer", "handling=strict"));

        Assert.Equal(400, answer.Status);
        Assert.NotEmpty(answer.Issues);
    }

    [Fact]
    public async Task Count_alone_has_a_total_and_no_entries()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"s-count","identifier":[{"value":"s-count"}]}""");

        var summary = await server.GetAsync("/Patient?identifier=s-count&_summary=count");
        var zero = await server.GetAsync("/Patient?identifier=s-count&_count=0");

        foreach (var answer in new[] { summary, zero })
        {
            Assert.Equal(1, answer.Json.GetProperty("total").GetInt32());
            Assert.False(answer.Json.TryGetProperty("entry", out _));
        }
    }

    [Fact]
    public async Task Includes_come_once_after_the_matches()
    {
        await server.PutAsync("""{"resourceType":"Organization","id":"s-org","name":"S"}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"s-inc-1","identifier":[{"value":"s-inc"}],"managingOrganization":{"reference":"Organization/s-org"}}""");
        await server.PutAsync("""{"resourceType":"Patient","id":"s-inc-2","identifier":[{"value":"s-inc"}],"managingOrganization":{"reference":"Organization/s-org"}}""");

        var forward = await server.GetAsync("/Patient?identifier=s-inc&_include=Patient:organization");
        var reverse = await server.GetAsync("/Organization?_id=s-org&_revinclude=Patient:organization");
        var chained = await server.GetAsync("/Patient?organization.name=S&identifier=s-inc");

        Assert.Equal(["s-inc-2", "s-inc-1"], forward.Matches);
        Assert.Equal(["s-org"], forward.Includes);
        Assert.Equal(2, forward.Json.GetProperty("total").GetInt32());
        Assert.Equal(["s-org"], reverse.Matches);
        Assert.Equal(["s-inc-1", "s-inc-2"], reverse.Includes.Order(StringComparer.Ordinal));
        Assert.Equal(2, chained.Matches.Count);
    }

    [Fact]
    public async Task Summary_and_elements_cut_every_match()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"s-cut","identifier":[{"value":"s-cut"}],"maritalStatus":{"text":"single"},"birthDate":"1970"}""");

        var summary = await server.GetAsync("/Patient?identifier=s-cut&_summary=true");
        var elements = await server.GetAsync("/Patient?identifier=s-cut&_elements=birthDate");

        Assert.False(summary.Entries[0].GetProperty("resource").TryGetProperty("maritalStatus", out _));
        Assert.False(elements.Entries[0].GetProperty("resource").TryGetProperty("identifier", out _));
        Assert.Equal("1970", elements.Entries[0].GetProperty("resource").GetProperty("birthDate").GetString());
    }

    [Fact]
    public async Task A_SearchParameter_counts_as_soon_as_it_is_stored_and_for_what_was_there_before()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"s-shoe","multipleBirthInteger":4711}""");
        var before = await server.GetAsync("/Patient?shoe-size=4711", ("Prefer", "handling=strict"));

        await server.PutAsync("""{"resourceType":"SearchParameter","id":"s-shoe","url":"http://example.org/SearchParameter/shoe","name":"shoe","status":"active","description":"x","code":"shoe-size","base":["Patient"],"type":"number","expression":"Patient.multipleBirth as integer"}""");
        var found = await server.GetAsync("/Patient?shoe-size=4711", ("Prefer", "handling=strict"));
        var metadata = await server.GetAsync("/metadata");
        await server.SendAsync("DELETE", "/SearchParameter/s-shoe");
        var after = await server.GetAsync("/Patient?shoe-size=4711", ("Prefer", "handling=strict"));

        Assert.Equal(400, before.Status);
        Assert.Equal(["s-shoe"], found.Matches);
        Assert.Contains("\"shoe-size\"", metadata.Body, StringComparison.Ordinal);
        Assert.Equal(400, after.Status);
    }

    [Fact]
    public async Task History_of_instance_type_and_system_comes_newest_first_in_pages()
    {
        await server.PutAsync("""{"resourceType":"Basic","id":"s-past","code":{"text":"1"}}""");
        await server.PutAsync("""{"resourceType":"Basic","id":"s-past","code":{"text":"2"}}""");
        await server.SendAsync("DELETE", "/Basic/s-past");

        var instance = await server.GetAsync("/Basic/s-past/_history?_count=2");
        var rest = await server.GetAsync(instance.Link("next")![server.BaseUrl.Length..]);
        var type = await server.GetAsync("/Basic/_history");
        var system = await server.GetAsync("/_history?_count=1");
        var never = await server.GetAsync("/Basic/s-never/_history");
        var odd = await server.GetAsync("/Basic/_history?_since=soon&_count=x");

        Assert.Equal(["DELETE", "PUT"], instance.Entries.Select(entry => entry.GetProperty("request").GetProperty("method").GetString()));
        Assert.Equal(["W/\"1\""], rest.Entries.Select(entry => entry.GetProperty("response").GetProperty("etag").GetString()));
        Assert.False(instance.Entries[0].TryGetProperty("resource", out _));
        Assert.Equal("history", type.Json.GetProperty("type").GetString());
        Assert.Single(system.Entries);
        Assert.Equal(404, never.Status);
        Assert.Equal((400, 2), (odd.Status, odd.Issues.Count));
    }

    [Fact]
    public async Task The_CapabilityStatement_names_what_is_there_and_nothing_else()
    {
        var answer = await server.GetAsync("/metadata");

        var json = answer.Json;
        Assert.Equal(("CapabilityStatement", "4.0.1", "instance"), (json.GetProperty("resourceType").GetString(), json.GetProperty("fhirVersion").GetString(), json.GetProperty("kind").GetString()));
        Assert.Equal(server.BaseUrl, json.GetProperty("implementation").GetProperty("url").GetString());
        var resources = json.GetProperty("rest")[0].GetProperty("resource").EnumerateArray().ToDictionary(type => type.GetProperty("type").GetString()!);
        Assert.Equal(146, resources.Count);
        Assert.Contains(resources["Medication"].GetProperty("searchParam").EnumerateArray(), parameter =>
            parameter.GetProperty("name").GetString() == "code" && parameter.GetProperty("type").GetString() == "token"
            && parameter.GetProperty("definition").GetString()!.StartsWith("http://hl7.org/fhir/SearchParameter/", StringComparison.Ordinal));
        Assert.Contains("Patient:organization", resources["Patient"].GetProperty("searchInclude").EnumerateArray().Select(include => include.GetString()));
        Assert.Contains("Patient:organization", resources["Organization"].GetProperty("searchRevInclude").EnumerateArray().Select(include => include.GetString()));
        Assert.Contains(resources["PlanDefinition"].GetProperty("searchParam").EnumerateArray(), parameter => parameter.GetProperty("name").GetString() == "drug");

        // It is a resource like any other: what the server says of itself has to pass its own check.
        var stored = await server.SendAsync("POST", "/CapabilityStatement", answer.Body);
        Assert.True(stored.Status == 201, stored.Body);
    }

    [Fact]
    public async Task The_base_is_searched_by_what_all_types_have_and_says_so()
    {
        await server.PutAsync("""{"resourceType":"Patient","id":"s-base","meta":{"tag":[{"code":"s-base"}]}}""");
        await server.PutAsync("""{"resourceType":"Basic","id":"s-base","meta":{"tag":[{"code":"s-base"}]},"code":{"text":"x"},"subject":{"reference":"Patient/s-base"}}""");

        var found = await server.GetAsync("?_tag=s-base");
        var form = await server.SendAsync("POST", "/_search", "_tag=s-base", ("Content-Type", "application/x-www-form-urlencoded"));
        var referred = await server.GetAsync("?_type=Patient&_has:Basic:patient:_tag=s-base");
        var rest = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];

        Assert.Equal(2, found.Matches.Count);
        Assert.Equal(["s-base"], referred.Matches);
        Assert.Equal(2, form.Matches.Count);
        Assert.Contains(rest.GetProperty("interaction").EnumerateArray(), interaction => interaction.GetProperty("code").GetString() == "search-system");
    }

    [Fact]
    public async Task A_search_is_explained_only_where_the_setting_allows_it()
    {
        var open = await RunningServer.StartAsync(("Fhir:ExplainSearches", "true"));
        try
        {
            var explained = await open.GetAsync("/Patient?name=x&__explain=true");
            var plain = await open.GetAsync("/Patient?name=x");
            var refused = await server.GetAsync("/Patient?name=x&__explain=true", ("Prefer", "handling=strict"));

            Assert.Equal("Parameters", explained.Json.GetProperty("resourceType").GetString());
            var parts = explained.Json.GetProperty("parameter").EnumerateArray().Select(part => (part.GetProperty("name").GetString(), part.GetProperty("valueString").GetString()!)).ToList();
            Assert.Equal(["name=x"], parts.Where(part => part.Item1 == "search").Select(part => part.Item2));
            Assert.Equal(["Patient.name Prefix x"], parts.Where(part => part.Item1 == "criterion").Select(part => part.Item2));
            Assert.Contains("index_string", Assert.Single(parts, part => part.Item1 == "plan").Item2, StringComparison.Ordinal);
            Assert.Equal("Bundle", plain.Json.GetProperty("resourceType").GetString());
            Assert.Equal(400, refused.Status);
        }
        finally
        {
            await open.DisposeAsync();
        }
    }
}
