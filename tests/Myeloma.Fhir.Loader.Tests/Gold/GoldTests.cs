using System.Text.Json;
using Myeloma.Fhir.Loader.Facts;
using Xunit;

namespace Myeloma.Fhir.Loader.Tests.Gold;

/// <summary>What the reader makes of the seed documents, compared with what people wrote down: kind, subject and span of every fact.</summary>
public class GoldTests
{
    [Theory]
    [InlineData("targeted-mm", 174)]
    [InlineData("over-myr", 51)]
    public void Every_fact_of_the_gold_is_found_with_its_subject_and_span(string document, int count)
    {
        var gold = GoldFile.Root.GetProperty("facts").EnumerateArray().Where(fact => fact.GetProperty("doc").GetString() == document).ToList();
        var found = FactLine.All(GoldFile.Facts(document)).ToHashSet();
        var excused = GoldFile.NotCovered();

        var missing = gold.Where(fact => !excused.ContainsKey(fact.GetProperty("id").GetString()!)).Select(Line).Where(line => !found.Contains(line)).ToList();

        Assert.Equal(count, gold.Count);
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("targeted-mm")]
    [InlineData("over-myr")]
    public void Nothing_is_found_that_the_gold_does_not_have(string document)
    {
        var gold = GoldFile.Root.GetProperty("facts").EnumerateArray().Where(fact => fact.GetProperty("doc").GetString() == document).Select(Line).ToHashSet();

        var invented = FactLine.All(GoldFile.Facts(document)).Except(gold).ToList();

        Assert.Empty(invented);
    }

    [Xunit.Fact]
    public void Every_mention_of_a_combination_is_found_with_members_spans_and_qualifiers()
    {
        var gold = GoldFile.Root.GetProperty("regimenMentions").EnumerateArray().Select(Mention).ToList();

        Assert.Equal(22, gold.Count);
        Assert.Equal(gold, GoldFile.Facts("targeted-mm").Of<RegimenMention>().Select(FactLine.Of));
        Assert.Empty(GoldFile.Facts("over-myr").Of<RegimenMention>());
    }

    [Xunit.Fact]
    public void The_mentions_come_to_the_eighteen_combinations_of_the_gold()
    {
        var gold = GoldFile.Root.GetProperty("regimens").EnumerateArray()
            .Select(regimen => string.Join('+', regimen.GetProperty("members").EnumerateArray().Select(member => member.GetString()!).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal).ToList();
        var found = GoldFile.Facts("targeted-mm").Of<RegimenMention>()
            .Select(mention => string.Join('+', mention.Members.Select(member => member.Drug.Name).Order(StringComparer.Ordinal))).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(18, gold.Count);
        Assert.Equal(gold, found);
    }

    [Xunit.Fact]
    public void Every_place_that_names_a_drug_is_found_and_no_other()
    {
        var gold = GoldFile.Root.GetProperty("drugMentions").EnumerateObject()
            .SelectMany(drug => drug.Value.EnumerateArray().Select(mention =>
                $"{GoldFile.SpanOf(mention.GetProperty("span"))} {drug.Name} {mention.GetProperty("asWritten").GetString()} {mention.GetProperty("name").GetString()} {mention.GetProperty("part").GetString()}"))
            .Order(StringComparer.Ordinal).ToList();
        var found = GoldFile.Facts("targeted-mm").Of<DrugMention>()
            .Select(mention => $"{mention.Span} {mention.Drug.Name} {mention.AsWritten} {mention.Name} {mention.Part}".Replace("Generic", "generic", StringComparison.Ordinal))
            .Select(line => line.Replace(" Brand ", " brand ", StringComparison.Ordinal).Replace(" Abbreviation ", " abbreviation ", StringComparison.Ordinal)
                .Replace(" Misspelling ", " misspelling ", StringComparison.Ordinal).Replace(" Body", " body", StringComparison.Ordinal).Replace(" References", " references", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

        Assert.Equal(141, gold.Count);
        Assert.Equal(gold, found);
        Assert.Empty(GoldFile.Facts("over-myr").Of<DrugMention>());
    }

    [Xunit.Fact]
    public void The_values_that_a_machine_can_check_agree_with_the_gold()
    {
        var wrong = new List<string>();
        foreach (var fact in GoldFile.Root.GetProperty("facts").EnumerateArray())
        {
            if (GoldFile.NotCovered().ContainsKey(fact.GetProperty("id").GetString()!)) continue;
            var line = Line(fact);
            var candidates = GoldFile.Facts(fact.GetProperty("doc").GetString()!).Facts.Where(own => FactLine.Lines(own).Contains(line));
            if (!candidates.Any(own => GoldValue.Agrees(own, fact))) wrong.Add($"{line}: {fact.GetProperty("value")}");
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("targeted-mm", new[] { "Targeted therapy for multiple myeloma", "Proteasome inhibitors", "Side effects of proteasome inhibitors" })]
    [InlineData("over-myr", new[] { "Overcoming clinical relapse in multiple myeloma by understanding and targeting the molecular causes of drug resistance", "Multiple myeloma and drug resistance" })]
    public void Sections_are_cut_as_in_the_gold(string document, string[] first)
    {
        var gold = GoldFile.Root.GetProperty("sections").EnumerateArray().Where(section => section.GetProperty("doc").GetString() == document)
            .Select(section => (section.GetProperty("heading").GetString()!, GoldFile.SpanOf(section.GetProperty("span")))).ToList();
        var found = GoldFile.Facts(document).Sections.Where(section => section.HeadingSpan.Length > 0).Select(section => (section.Heading, section.HeadingSpan)).ToList();

        Assert.Equal(first, found.Take(first.Length).Select(section => section.Heading));
        Assert.Equal(gold, found);
    }

    private static string Line(JsonElement fact)
    {
        var subject = "";
        if (fact.TryGetProperty("subject", out var named))
            subject = named.ValueKind == JsonValueKind.Array ? string.Join(" + ", named.EnumerateArray().Select(entry => entry.GetString())) : named.GetString()!;
        return $"{fact.GetProperty("kind").GetString()} {GoldFile.SpanOf(fact.GetProperty("span"))} {subject}".TrimEnd();
    }

    private static string Mention(JsonElement mention)
    {
        var name = mention.GetProperty("abbreviation").GetString();
        var span = mention.TryGetProperty("abbreviationSpan", out var own) ? GoldFile.SpanOf(own).ToString() : "";
        var members = mention.GetProperty("members").EnumerateArray().Select(member =>
            $"{member.GetProperty("drug").GetString()} {GoldFile.SpanOf(member.GetProperty("span"))}{(member.GetProperty("lowDose").GetBoolean() ? " low-dose" : "")}");
        var qualifier = mention.TryGetProperty("listQualifier", out var words) ? words.GetString() : "";
        return $"{GoldFile.SpanOf(mention.GetProperty("span"))} {name} {span} {mention.GetProperty("form").GetString()} of {mention.GetProperty("section").GetString()} {qualifier}: {string.Join(", ", members)}";
    }
}
