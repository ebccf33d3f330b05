using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>Whatever the text, what is built is legal, points at what is there, and names places inside the text.</summary>
public sealed class OtherDocumentsTests
{
    private static readonly ReadingLexicon Lexicon = ReadingLexicon.LoadEmbedded();
    private static readonly CodeTables Tables = CodeTables.LoadEmbedded();

    public static TheoryData<string, int> Cuts()
    {
        var cuts = new TheoryData<string, int>();
        foreach (var name in new[] { "cancer-ca-targeted-therapy-multiple-myeloma", "cordis-over-myr" })
            for (var length = 397; length < GoldFacts.Seed(name).Text.Length; length += 2017) cuts.Add(name, length);
        return cuts;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void A_document_that_is_cut_off_anywhere_gives_a_legal_whole(string name, int length)
    {
        var text = GoldFacts.Seed(name).Text;

        AssertWhole(Load((name + ".txt", text[..length])));
        AssertWhole(Load((name + ".txt", text[length..])));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Other_line_ends_give_the_same_combinations(string lineEnd)
    {
        var result = Load(("a.txt", GoldFacts.Seed("cancer-ca-targeted-therapy-multiple-myeloma").Text.Replace("\n", lineEnd, StringComparison.Ordinal)));

        AssertWhole(result);
        Assert.Equal(DriftTests.FromSeeds().OfType("PlanDefinition").Count, result.OfType("PlanDefinition").Count);
    }

    [Fact]
    public void The_same_document_under_two_names_gives_the_same_plans_with_both_places()
    {
        var text = GoldFacts.Seed("cancer-ca-targeted-therapy-multiple-myeloma").Text;

        var result = Load(("a.txt", text), ("b.txt", text));

        AssertWhole(result);
        Assert.Equal(19, result.OfType("PlanDefinition").Count(plan => plan.Array("action").Any(action => action.Text("selectionBehavior") == "all")));
        Assert.Equal(2, result.Get("PlanDefinition", "talquetamab").Array("relatedArtifact").Count());
    }

    [Fact]
    public void Names_with_letters_that_no_id_may_hold_give_legal_ids_that_differ()
    {
        var result = Load(("Chimiothérapie du myélome.txt", "Bortezomib (Velcade) is a proteasome inhibitor."), ("Химия.txt", "Bortezomib (Velcade) is a proteasome inhibitor."));

        AssertWhole(result);
        Assert.Equal(2, result.OfType("DocumentReference").Select(document => document.Text("id")).Distinct().Count());
    }

    private static LoadResult Load(params (string Name, string Text)[] documents) =>
        new DocumentLoader(Lexicon, Tables, TimeProvider.System)
            .Build([.. documents.Select(document => SourceDocument.Parse(document.Name, Encoding.UTF8.GetBytes(document.Text)))]);

    private static void AssertWhole(LoadResult result)
    {
        Assert.Empty(result.Resources.SelectMany(resource => StructuralCheck.Check(ResourceDocument.Parse(resource.Json)).Select(issue => $"{resource}: {issue.Expression} {issue.Diagnostics}")));
        Assert.DoesNotContain(result.Report.LeftOut, line => line.Reason == "No resource has a place for it.");

        var there = result.Resources.Concat(AuthoredResources.All).Select(resource => resource.Reference).ToHashSet();
        foreach (var element in result.Resources.Select(Resources.Json).SelectMany(Resources.Objects))
        {
            if (element.Text("reference") is { } reference) Assert.Contains(reference, there);
            foreach (var canonical in new[] { element["definitionCanonical"], element["valueSet"], element["valueCanonical"], element["resource"] }.OfType<JsonValue>())
                Assert.Contains(canonical.GetValue<string>()["http://myeloma-fhir.org/fhir/".Length..].Split('|')[0], there);
        }
    }
}
