using System.Text;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Tests.Json;

public sealed class PrettyJsonTests
{
    private static string Format(string json) => Encoding.UTF8.GetString(PrettyJson.Format(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Each_property_and_item_has_its_line_and_values_keep_their_bytes() =>
        Assert.Equal(
            "{\n  \"a\": 1.500,\n  \"b\": [\n    \"x, \\\"y\\\": \\u00e4{\",\n    {},\n    []\n  ],\n  \"c\": {\n    \"d\": null\n  }\n}",
            Format("""{ "a":1.500,"b" :["x, \"y\": \u00e4{",{ },[]],"c":{"d":null}}"""));

    [Fact]
    public void What_is_pretty_stays_as_it_is()
    {
        var once = Format("""{"a":[{"b":true}]}""");
        Assert.Equal(once, Format(once));
    }

    [Theory]
    [InlineData("")]
    [InlineData("}}}")]
    [InlineData("\"open")]
    [InlineData("{\"a\":")]
    public void Broken_text_does_no_harm(string json) => Assert.NotNull(Format(json));
}
