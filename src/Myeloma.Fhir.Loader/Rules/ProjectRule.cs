using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A research project: acronym and title, funding, duration, consortium.</summary>
internal sealed class ProjectRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        var titles = Titles(reading);
        foreach (var block in reading.Blocks.Where(block => block.Kind == BlockKind.Heading && titles.Contains(reading.Words(block.Span))))
            yield return Make(ProjectFactKind.Title, reading.Words(block.Span), null, null, block.Span);

        var hasAcronym = false;
        foreach (var sentence in reading.Body)
        {
            var phrases = reading.Lexicon.Phrases;
            if (!hasAcronym && phrases.First("projectName", sentence.Text) is { } name && Acronym.HasShape(name.Groups["a"].Value) && sentence.GroupAt(sentence.Sentence.TokenAt(sentence.SpanOf(name.Groups["a"]).Start)) is null)
            {
                hasAcronym = true;
                yield return Make(ProjectFactKind.Acronym, name.Groups["a"].Value, null, null, sentence.SpanOf(name.Groups["a"]));
                if (name.Groups["t"].Success) yield return Make(ProjectFactKind.Title, sentence.Words(sentence.SpanOf(name.Groups["t"])), null, null, sentence.SpanOf(name.Groups["t"]));
            }

            if (phrases.First("funding", sentence.Text) is { } funding)
                yield return Make(ProjectFactKind.Funding, sentence.Words(sentence.SpanOf(funding.Groups["v"])), null, null, sentence.SpanOf(funding.Groups["all"]));
            if (phrases.First("projectDuration", sentence.Text) is { } duration && reading.Lexicon.Number(duration.Groups["n"].Value) is { } length)
                yield return Make(ProjectFactKind.Duration, duration.Groups["all"].Value, length, reading.Lexicon.Words.Units[duration.Groups["u"].Value.ToLowerInvariant()], sentence.SpanOf(duration.Groups["all"]));
            if (phrases.First("projectConsortium", sentence.Text) is { } consortium && reading.Lexicon.Number(consortium.Groups["n"].Value) is { } members)
                yield return new ProjectFact(ProjectFactKind.Consortium, sentence.Words(sentence.SpanOf(consortium.Groups["all"])), members, null, consortium.Groups["int"].Success, sentence.SpanOf(consortium.Groups["all"]));
        }
    }

    /// <summary>The titles that sentences give behind a project's acronym.</summary>
    public static HashSet<string> Titles(Reading reading)
    {
        var titles = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var sentence in reading.Body)
        {
            if (reading.Lexicon.Phrases.First("projectName", sentence.Text) is { } match && match.Groups["t"].Success)
                titles.Add(sentence.Words(sentence.SpanOf(match.Groups["t"])));
        }

        return titles;
    }

    private static ProjectFact Make(ProjectFactKind kind, string value, int? number, string? unit, Span span) => new(kind, value, number, unit, false, span);
}
