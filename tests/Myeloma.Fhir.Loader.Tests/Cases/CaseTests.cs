using System.Text.Json;
using Myeloma.Fhir.Loader.Rules;
using Myeloma.Fhir.Loader.Tests.Gold;
using Myeloma.Fhir.Loader.Text;
using Xunit;

namespace Myeloma.Fhir.Loader.Tests.Cases;

/// <summary>
/// Documents of our own, each with everything that must be read from it, everything that must be reported as not understood, and nothing else:
/// other cancers, bullets, line ends and spellings, choices, classes, negations, texts that break off.
/// </summary>
public class CaseTests
{
    public static TheoryData<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    [Theory]
    [MemberData(nameof(Names))]
    public void A_case_gives_exactly_its_facts_and_its_sentences_not_understood(string name)
    {
        var path = Path.Combine(Folder, name + ".txt");
        var expected = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(path, ".json"))).RootElement;

        var facts = FactReader.Read(SourceDocument.Parse(path, File.ReadAllBytes(path)), GoldFile.Lexicon);

        Assert.Equal(Texts(expected, "facts"), CaseLine.Facts(facts));
        Assert.Equal(Texts(expected, "newNames"), CaseLine.NewNames(facts));
        Assert.Equal(Texts(expected, "notUnderstood"), CaseLine.NotUnderstood(facts));
    }

    [Theory]
    [InlineData("\n", "\r\n")]
    [InlineData("\n", "\r")]
    [InlineData("• ", "* ")]
    [InlineData("• ", "1) ")]
    [InlineData("–", "—")]
    [InlineData("–", ":")]
    public void Another_line_end_bullet_or_dash_changes_no_combination_of_the_seed(string from, string to)
    {
        var seed = GoldFile.Facts("targeted-mm").Document.Text;
        var changed = System.Text.Encoding.UTF8.GetBytes(seed.Replace(from, to, StringComparison.Ordinal));

        var facts = FactReader.Read(SourceDocument.Parse("changed.txt", changed), GoldFile.Lexicon);

        Assert.Equal(Combinations(GoldFile.Facts("targeted-mm")), Combinations(facts));
    }

    private static IEnumerable<string> Combinations(Loader.Facts.DocumentFacts facts) =>
        facts.Of<Loader.Facts.RegimenMention>().Select(mention =>
            $"{mention.Abbreviation}: {string.Join(", ", mention.Members.Select(member => $"{member.DoseQualifier} {member.Drug.Slug}"))}");

    private static IEnumerable<string> Texts(JsonElement expected, string name) =>
        expected.TryGetProperty(name, out var own) ? own.EnumerateArray().Select(entry => entry.GetString()!) : [];
}
