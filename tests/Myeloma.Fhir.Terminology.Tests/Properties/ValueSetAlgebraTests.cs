using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Tests.Properties;

/// <summary>Generated hierarchies, filters and value sets, beside an evaluation that looks at one concept at a time.</summary>
public sealed class ValueSetAlgebraTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(600).WithReplay(20261121, 5);

    [Fact]
    public void An_expansion_has_the_members_that_the_definition_says_and_counts_them() => Prop.ForAll(GeneratedTerminology.Arbitrary, generated =>
    {
        var expansion = Expand(generated.Catalog(), ("excludeNested", "true")).GetProperty("expansion");

        Assert.Equal(generated.Members().Order(), Codes(expansion).Order());
        Assert.Equal(generated.Members().Count, expansion.GetProperty("total").GetInt32());
    }).Check(Runs);

    [Fact]
    public void Each_code_is_valid_when_it_is_a_member_and_pages_put_together_are_the_whole() => Prop.ForAll(GeneratedTerminology.Arbitrary, generated =>
    {
        var (catalog, members) = (generated.Catalog(), generated.Members());
        var validate = new ValidateCode(TerminologyLimits.Default);

        Assert.All(generated.Concepts, concept => Assert.Equal(members.Contains(concept.Code), IsValid(validate.ValueSet(catalog, Of(("url", GeneratedTerminology.Url), ("system", GeneratedTerminology.System), ("code", concept.Code))))));
        var whole = Codes(Expand(catalog, ("excludeNested", "true")).GetProperty("expansion"));
        Assert.Equal(whole, Enumerable.Range(0, (whole.Count / 3) + 1).SelectMany(page => Codes(Expand(catalog, ("excludeNested", "true"), ("count", "3"), ("offset", $"{page * 3}")).GetProperty("expansion"))));
    }).Check(Runs.WithMaxTest(200));

    [Fact]
    public void A_form_that_was_kept_answers_like_the_one_it_was_made_of() => Prop.ForAll(GeneratedTerminology.Arbitrary, generated =>
    {
        var made = generated.Catalog().FindCodeSystem(GeneratedTerminology.System, null)!;
        using var stream = new MemoryStream();
        var form = ConceptForm.Of(new CodeSystemSource(made.Url, null, "complete", [.. generated.Concepts.Select(each => new ConceptSource(each.Code, each.Display, null, -1)
        {
            Properties = [.. each.Parents.Select(parent => new ConceptProperty("parent", "code", parent)), .. each.Kind is { } kind ? [new ConceptProperty("kind", "code", kind)] : (ConceptProperty[])[]],
        })]));
        form.Write(stream);
        stream.Position = 0;
        var kept = ConceptForm.Read(stream)!;

        foreach (var above in generated.Concepts)
        {
            Assert.Equal(made.Find(above.Code), kept.Find(above.Code));
            Assert.Equal(above.Display, kept.Display(kept.Find(above.Code)));
            Assert.Equal(made.Hierarchy.SelfAndDescendants(made.Find(above.Code)).From(0), kept.Hierarchy.SelfAndDescendants(kept.Find(above.Code)).From(0));
            Assert.Equal(made.Index.Find(above.Display)!.From(0), kept.Index.Find(above.Display)!.From(0));
        }
    }).Check(Runs.WithMaxTest(200));

    private static bool IsValid(byte[] parameters)
    {
        using var json = JsonDocument.Parse(parameters);
        return json.RootElement.GetProperty("parameter").EnumerateArray().First(each => each.GetProperty("name").GetString() == "result").GetProperty("valueBoolean").GetBoolean();
    }

    private static JsonElement Expand(TerminologyCatalog catalog, params (string Name, string Value)[] arguments)
    {
        using var json = JsonDocument.Parse(new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System).Answer(catalog, Of([("url", GeneratedTerminology.Url), .. arguments])));
        return json.RootElement.Clone();
    }

    private static List<string> Codes(JsonElement expansion) =>
        expansion.TryGetProperty("contains", out var contains) ? [.. contains.EnumerateArray().Select(each => each.GetProperty("code").GetString()!)] : [];

    private static TerminologyArguments Of(params (string Name, string Value)[] arguments) => new(arguments.Select(each => new TerminologyArgument(each.Name, each.Value, null)));
}
