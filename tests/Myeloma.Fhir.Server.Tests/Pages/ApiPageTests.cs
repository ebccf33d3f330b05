using System.Net;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Schema;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Pages;

/// <summary>The pages that tell a person what the API has.</summary>
[Trait("Category", "Postgres")]
public sealed partial class ApiPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task The_page_leads_to_every_resource_type_and_names_what_every_type_has()
    {
        var (status, page) = await PageAsync("/api");
        var rest = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0];

        Assert.Equal(200, status);
        Assert.Equal(R4Schema.Instance.ResourceTypes, TypeLinks().Matches(page).Select(match => match.Groups[1].Value));
        var rows = Rows(page);
        foreach (var code in rest.GetProperty("resource")[0].GetProperty("interaction").EnumerateArray().Concat(rest.GetProperty("interaction").EnumerateArray()))
            Assert.Contains(code.GetProperty("code").GetString()!, rows);
        foreach (var parameter in rest.GetProperty("searchParam").EnumerateArray()) Assert.Contains(parameter.GetProperty("name").GetString()!, rows);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_a_type_names_the_parameters_includes_and_operations_of_the_CapabilityStatement()
    {
        var (status, page) = await PageAsync("/api/PlanDefinition");
        var type = (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0].GetProperty("resource").EnumerateArray().Single(each => each.GetProperty("type").GetString() == "PlanDefinition");

        var rows = Rows(page);
        Assert.Equal(200, status);
        Assert.Equal(
            type.GetProperty("interaction").EnumerateArray().Select(each => each.GetProperty("code").GetString()!)
                .Concat(type.GetProperty("searchParam").EnumerateArray().Select(each => each.GetProperty("name").GetString()!))
                .Concat(type.GetProperty("operation").EnumerateArray().Select(each => "$" + each.GetProperty("name").GetString())),
            rows);
        foreach (var include in type.GetProperty("searchInclude").EnumerateArray().Concat(type.GetProperty("searchRevInclude").EnumerateArray()))
            Assert.Contains($"<li>{include.GetString()}</li>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/Nobody")]
    [InlineData("/api/patient")]
    [InlineData("/api/%3Cscript%3E")]
    public async Task A_type_that_R4_has_not_is_answered_404_with_a_page(string path)
    {
        var (status, page) = await PageAsync(path);

        Assert.Equal(404, status);
        Assert.Contains("There is no resource type of FHIR R4", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Page)> PageAsync(string path)
    {
        using var answer = await server.Client.GetAsync(new Uri(new Uri(server.BaseUrl), path));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static List<string> Rows(string page) => [.. RowHeads().Matches(page).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    [GeneratedRegex("<li><a href=\"/api/(\\w+)\">")]
    private static partial Regex TypeLinks();

    [GeneratedRegex("<th scope=\"row\" class=\"code\">([^<]+)</th>")]
    private static partial Regex RowHeads();
}
