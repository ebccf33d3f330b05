using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Search.Tests.Parameters;

public class CustomSearchParameterTests
{
    [Fact]
    public void Every_published_parameter_of_ours_can_be_used()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Folder, "fhir-resources"), "SearchParameter-*.json"))
            Assert.NotNull(CustomSearchParameter.Read(ResourceDocument.Parse(File.ReadAllBytes(file))));
    }

    [Fact]
    public void A_retired_one_is_not_in_use() => Assert.Null(Read("""{"resourceType":"SearchParameter","status":"retired"}"""));

    [Theory]
    [InlineData("\"code\":\"a b\"", "\"code\":\"ab\"", IssueType.Value, "SearchParameter.code")]
    [InlineData("\"type\":\"special\"", "\"type\":\"token\"", IssueType.NotSupported, "SearchParameter.type")]
    [InlineData("\"type\":\"composite\"", "\"type\":\"token\"", IssueType.Value, "SearchParameter.component")]
    [InlineData("\"base\":[\"Medicine\"]", "\"base\":[\"Medication\"]", IssueType.Value, "SearchParameter.base[0]")]
    [InlineData("\"expression\":\"Medication.(\"", "\"expression\":\"Medication.code\"", IssueType.Value, "SearchParameter.expression")]
    [InlineData("\"expression\":\"Medication.cod\"", "\"expression\":\"Medication.code\"", IssueType.Value, "SearchParameter.expression")]
    [InlineData("\"expression\":\"Medication.code | Medication.code.where(%unknown)\"", "\"expression\":\"Medication.code\"", IssueType.Value, "SearchParameter.expression")]
    public void A_faulty_one_is_refused(string faulty, string right, IssueType type, string expression)
    {
        var json = """{"resourceType":"SearchParameter","status":"active","url":"http://a","code":"ab","type":"token","base":["Medication"],"expression":"Medication.code"}""";

        Assert.NotNull(Read(json));
        var fault = Assert.Single(Assert.Throws<FhirException>(() => Read(json.Replace(right, faulty, StringComparison.Ordinal))).Issues);
        Assert.Equal((type, expression), (fault.Type, fault.Expression));
    }

    private static SearchParameterDefinition? Read(string json) => CustomSearchParameter.Read(ResourceDocument.Parse(Encoding.UTF8.GetBytes(json)));
}
