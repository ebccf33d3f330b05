using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation.Tests.Codes;

/// <summary>Value sets that are not part of R4, with what they draw on: validation reads them as every other part of the server does.</summary>
/// <remarks>https://hl7.org/fhir/R4/valueset-filter-operator.html</remarks>
public sealed class ValueSetFilterTests
{
    /// <summary>A bat stands under two parents.</summary>
    private const string Animals = """
        {"resourceType":"CodeSystem","url":"http://example.org/animals","status":"active","content":"complete",
         "property":[{"code":"parent","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},{"code":"legs","type":"integer"}],
         "concept":[
           {"code":"animal","concept":[
             {"code":"mammal","concept":[{"code":"dog","property":[{"code":"legs","valueInteger":4}]},{"code":"bat","property":[{"code":"parent","valueCode":"flier"},{"code":"legs","valueInteger":2}]}]},
             {"code":"flier","concept":[{"code":"bird","property":[{"code":"legs","valueInteger":2}]}]}]}]}
        """;

    [Theory]
    [InlineData("concept", "is-a", "flier", "flier bird bat")]
    [InlineData("concept", "descendent-of", "animal", "mammal dog bat flier bird")]
    [InlineData("concept", "is-not-a", "mammal", "animal flier bird")]
    [InlineData("concept", "generalizes", "bat", "animal mammal bat flier")]
    [InlineData("concept", "child-of", "animal", "mammal flier")]
    [InlineData("concept", "descendent-leaf", "animal", "dog bat bird")]
    [InlineData("parent", "=", "flier", "bird bat")]
    [InlineData("legs", "=", "2", "bat bird")]
    [InlineData("legs", "in", "2,4", "dog bat bird")]
    [InlineData("legs", "exists", "false", "animal mammal flier")]
    [InlineData("code", "regex", "b.*", "bat bird")]
    public void A_filter_lets_through(string property, string op, string value, string members)
    {
        var codes = Sample.With(Animals, ValueSet($$"""{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}""")).Codes;

        foreach (var code in (string[])["animal", "mammal", "dog", "bat", "flier", "bird"])
            Assert.Equal((code, members.Split(' ').Contains(code) ? CodeAnswer.Member : CodeAnswer.NotMember), (code, codes("http://example.org/set", "http://example.org/animals", code)));
        Assert.Equal(CodeAnswer.UnknownCode, codes("http://example.org/set", "http://example.org/animals", "stone"));
        Assert.Equal(CodeAnswer.UnknownValueSet, codes("http://example.org/other", "http://example.org/animals", "bat"));
    }

    [Fact]
    public void Of_a_filter_that_can_not_be_applied_nothing_is_said() => Assert.Equal(
        CodeAnswer.UnknownSystem,
        Sample.With(Animals, ValueSet("""{"property":"concept","op":"like","value":"bat"}""")).Codes("http://example.org/set", "http://example.org/animals", "bat"));

    private static string ValueSet(string filter) => $$$"""
        {"resourceType":"ValueSet","url":"http://example.org/set","status":"active","compose":{"include":[{"system":"http://example.org/animals","filter":[{{{filter}}}]}]}}
        """;
}
