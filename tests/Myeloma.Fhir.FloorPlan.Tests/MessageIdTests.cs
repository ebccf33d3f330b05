using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>The code system of message ids lists what the code has, and nothing else.</summary>
public sealed partial class MessageIdTests
{
    private static readonly string[] Primitives =
    [
        "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant", "integer", "markdown", "oid", "positiveInt", "string", "time", "unsignedInt", "uri",
        "url", "uuid", "xhtml",
    ];

    /// <summary>Without message ids; the terminology's faults carry codes of a system of HL7's.</summary>
    private static readonly List<string> OtherProjects = [".Loader/", ".Generator/", ".Terminology/"];

    /// <summary>Constants of other kinds in the folders that are read.</summary>
    private static readonly HashSet<string> Others = ["content-fingerprint", "patch-default", "invalid-", "rest-hook", "left-out", "newer-kept", "import-release"];

    [Fact]
    public void Every_message_id_of_the_code_is_defined_and_every_defined_one_is_used()
    {
        using var system = JsonDocument.Parse(SourceTree.Text("fhir-resources/CodeSystem-message-id.json"));
        var defined = system.RootElement.GetProperty("concept").EnumerateArray().Select(concept => concept.GetProperty("code").GetString()!).ToList();

        var used = SourceTree.Code().Where(file => !OtherProjects.Exists(project => file.Path.Contains(project, StringComparison.Ordinal)))
            .SelectMany(file => Ids().Matches(file.Text))
            .SelectMany(match => match.Groups["id"].Captures.Select(capture => capture.Value))
            .Concat(Primitives.Select(type => "invalid-" + type))
            .Except(Others)
            .Where(id => !InvariantKey().IsMatch(id));

        Assert.Equal(used.Distinct().Order(StringComparer.Ordinal), defined.Order(StringComparer.Ordinal));
    }

    /// <summary>Those are told by their own keys and not listed.</summary>
    [GeneratedRegex("^[a-z]{3}-[0-9]+$")]
    private static partial Regex InvariantKey();

    /// <summary>Where ids stand in code: behind an issue type, at MessageId, as a constant of kebab case, as the last argument of an issue.</summary>
    [GeneratedRegex("""
        (?:IssueType\.\w+|\b(?:Error|Warn)\([\w.]+),\s*"(?<id>[a-z0-9-]+)"
        | MessageId(?:\ =|:)\s*(?:[\w.]+\ \?\ )?"(?<id>[a-z0-9-]+)"(?:\ :\ "(?<id>[a-z0-9-]+)")?
        | const\ string\ \w+\ =\ "(?<id>[a-z]+(?:-[a-z0-9]+)+)";
        | (?:Too\w+|Fault|Report|Add|Error)\(\s*"(?<id>[a-z]+(?:-[a-z0-9]+)+)"
        | \bline,\ column,\ "(?<id>[a-z]+(?:-[a-z0-9]+)+)"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Ids();
}
