using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Tests.Json;

/// <summary>Whatever comes in, the answer is an issue with a place, never another exception.</summary>
public sealed class HostileInputTests
{
    private static Issue Refusal(byte[] bytes, ParseLimits? limits = null) =>
        Assert.Single(Assert.Throws<FhirException>(() => ResourceDocument.Parse(bytes, limits: limits)).Issues);

    private static Issue Refusal(string json) => Refusal(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("  ", 1, 3)]
    [InlineData("{", 1, 2)]
    [InlineData("{\"resourceType\":\"Patient\"", 1, 26)]
    [InlineData("{\"resourceType\":\"Patient\"}x", 1, 27)]
    [InlineData("{\"resourceType\":\"Patient\"}\n{}", 2, 1)]
    [InlineData("{\"resourceType\":\"Patient\",}", 1, 27)]
    [InlineData("{\n  \"resourceType\":\"Patient\",\n  \"a\": NaN}", 3, 8)]
    [InlineData("{\"resourceType\":\"Patient\",\"a\":01}", 1, 32)]
    [InlineData("{\"resourceType\":\"Patient\",\"a\":'x'}", 1, 31)]
    [InlineData("{\"resourceType\":\"Patient\" /* c */}", 1, 27)]
    [InlineData("{\"resourceType\":\"Patient\",\"a\":\"\t\"}", 1, 32)]
    [InlineData("{\"resourceType\":\"Patient\",\"a\":\"\\x\"}", 1, 33)]
    [InlineData("{\"resourceType\":\"Patient\",\"a\":\"\\ud800\"}", 1, 31)]
    [InlineData("{\"resourceType\":\"Patient\",\"a\":\"\\udc00\\ud800\"}", 1, 31)]
    [InlineData("{\"resourceType\":\"Patient\",\"active\":true,\n\"active\":false}", 2, 2)]
    [InlineData("{\"resourceType\":\"Patient\",\"\\u0061ctive\":true}", 1, 27)]
    [InlineData("[]", 1, 1)]
    [InlineData("null", 1, 1)]
    [InlineData("{}", 1, 1)]
    [InlineData("{\"resourceType\":7}", 1, 17)]
    [InlineData("{\"resourceType\":\"patient\"}", 1, 18)]
    [InlineData("{\"resourceType\":\"Resource\"}", 1, 18)]
    [InlineData("{\"resourceType\":\"HumanName\"}", 1, 18)]
    public void What_is_no_resource_is_refused_with_line_and_column(string json, int line, int column)
    {
        var issue = Refusal(json);

        Assert.Equal((IssueType.Structure, line, column), (issue.Type, issue.Line, issue.Column));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused_where_they_stand()
    {
        var issue = Refusal([.. "{\"resourceType\":\"Patient\",\n\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]);

        Assert.Equal((IssueType.Structure, 2, 6), (issue.Type, issue.Line, issue.Column));
        Assert.Contains("not valid UTF-8", Refusal([0xFF, 0xFE, 0x7B, 0x00]).Diagnostics, StringComparison.Ordinal);
        Assert.Contains("byte order mark", Refusal("\uFEFF{\"resourceType\":\"Patient\"}").Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Depth_without_end_is_refused_by_its_limit(char open)
    {
        var unit = open == '[' ? "[" : "{\"a\":";
        var issue = Refusal("{\"resourceType\":\"Patient\",\"x\":" + string.Concat(Enumerable.Repeat(unit, 100_000)));

        Assert.Equal(IssueType.TooLong, issue.Type);
        Assert.StartsWith("The document nests deeper than 64 levels (line 1, column ", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_up_to_the_limit_is_taken()
    {
        static byte[] Nested(int arrays) => Encoding.UTF8.GetBytes("{\"resourceType\":\"Patient\",\"x\":" + new string('[', arrays) + new string(']', arrays) + "}");

        Assert.NotEmpty(StructuralCheck.Check(ResourceDocument.Parse(Nested(63))));
        Assert.Equal(IssueType.TooLong, Refusal(Nested(64)).Type);
    }

    [Fact]
    public void Size_values_and_strings_have_limits_that_are_told()
    {
        var limits = new ParseLimits(MaxBytes: 100, MaxDepth: 8, MaxNodes: 4, MaxStringBytes: 20);

        Assert.Equal("The document has 101 bytes; at most 100 are accepted.", Refusal(new byte[101], limits).Diagnostics);
        Assert.Equal("The document holds more than 4 values.", Refusal("{\"a\":[1,2,3,4]}"u8.ToArray(), limits).Diagnostics);
        Assert.Equal("A string has 21 bytes; at most 20 are accepted.", Refusal("{\"a\":\"123456789012345678901\"}"u8.ToArray(), limits).Diagnostics);
    }

    [Fact]
    public void Time_has_a_limit_that_is_told_with_the_place_reached()
    {
        var json = Encoding.UTF8.GetBytes("{\"resourceType\":\"Patient\",\"x\":[" + string.Join(',', Enumerable.Repeat("1", 10_000)) + "]}");
        var issue = Refusal(json, ParseLimits.Default with { MaxTime = TimeSpan.Zero });

        Assert.Equal((IssueType.TooCostly, 1, 8216), (issue.Type, issue.Line, issue.Column));
        Assert.Equal("Reading the document takes longer than 0 seconds, the limit (setting MaxParseSeconds); send it in parts. (line 1, column 8216)", issue.Diagnostics);
        Assert.NotNull(ResourceDocument.Parse(json, limits: ParseLimits.Default with { MaxTime = TimeSpan.MaxValue }));
    }

    [Fact]
    public void A_number_out_of_all_proportion_is_a_fault_of_its_value()
    {
        var document = ResourceDocument.Parse("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"c\"},\"valueQuantity\":{\"value\":1e999999}}"u8.ToArray());

        var issue = Assert.Single(StructuralCheck.Check(document));
        Assert.Equal(("invalid-decimal", "Observation.value.value"), (issue.MessageId, issue.Expression));
    }

    [Fact]
    public void A_resource_of_ten_megabytes_is_read_and_checked()
    {
        var name = "{\"family\":\"" + new string('x', 80) + "\",\"given\":[\"a\",\"b\"]}";
        var json = "{\"resourceType\":\"Patient\",\"name\":[" + string.Join(',', Enumerable.Repeat(name, 90_000)) + "],\"gender\":\"x\"}";
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.True(bytes.Length > 10_000_000);

        var document = ResourceDocument.Parse(bytes);
        Assert.Equal("Patient.gender", Assert.Single(StructuralCheck.Check(document)).Expression);
        var last = document.Root.Children("name").ToList()[^1];
        Assert.Equal("Patient.name[89999]", document.ExpressionOf(last));
    }

    [Fact]
    public void Many_unknown_properties_are_answered_soon()
    {
        var json = "{\"resourceType\":\"Patient\"," + string.Join(',', Enumerable.Range(0, 100_000).Select(number => $"\"_birthDate{number}\":[]")) + "}";

        Assert.Equal(StructuralCheck.DefaultMaxIssues, StructuralCheck.Check(ResourceDocument.Parse(Encoding.UTF8.GetBytes(json))).Count);
    }
}
