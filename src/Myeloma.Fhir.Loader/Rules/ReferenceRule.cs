using System.Globalization;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Entries of a reference list, and the people named as reviewers beside them.</summary>
internal sealed class ReferenceRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Sentences.Where(sentence => sentence.IsReference))
        {
            var span = sentence.Sentence.Words;
            if (span.Length == 0) continue;
            yield return (Fact?)Reviewer(sentence, span) ?? Reference(sentence, span);
        }
    }

    private static ReviewerFact? Reviewer(SentenceReading sentence, Span span)
    {
        var parts = sentence.Words(span).Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length < 2 || parts[0].Split(' ').Length is < 2 or > 5) return null;
        var credentials = parts[1..];
        return credentials.All(part => sentence.Reading.Lexicon.Words.Credentials.Contains(part.Replace(".", "", StringComparison.Ordinal)))
            ? new ReviewerFact(parts[0], credentials, span) : null;
    }

    private static ReferenceFact Reference(SentenceReading sentence, Span span)
    {
        var phrases = sentence.Reading.Lexicon.Phrases;
        var words = sentence.Words(span);
        var url = phrases.First("url", words)?.Groups["v"].Value.TrimEnd('.', ',', ')');
        var empty = new ReferenceFact(
            "other", words, null, null, [], false, null, null, null, [], null, null, null, Year(phrases.First("referenceYear", words)?.Groups["y"]),
            null, null, null, null, null, null, null, null, url, span);

        if (phrases.First("monograph", words) is { } monograph)
        {
            return empty with
            {
                Type = monograph.Groups["type"].Value.ToLowerInvariant(),
                Organization = Organization(monograph.Groups["org"].Value),
                Title = monograph.Groups["t"].Value.Trim(),
                Year = null,
            };
        }

        if (phrases.First("bookChapter", words) is { } book)
        {
            var (bookAuthors, bookEtAl) = Authors(book.Groups["au"].Value);
            return empty with
            {
                Type = "book chapter", Authors = bookAuthors, EtAl = bookEtAl, Title = book.Groups["t"].Value,
                Editors = Authors(book.Groups["eds"].Value).Names, Book = book.Groups["b"].Value, Edition = book.Groups["e"].Value,
                Place = book.Groups["place"].Value, Publisher = book.Groups["pub"].Value, Year = Year(book.Groups["y"]),
                Format = Value(book.Groups["f"]), Chapter = Value(book.Groups["c"]),
            };
        }

        if (phrases.First("journal", words) is { } journal)
        {
            var (authors, etAl) = Authors(journal.Groups["au"].Value);
            return empty with
            {
                Type = "journal article", Authors = authors, EtAl = etAl, Title = journal.Groups["t"].Value, Journal = journal.Groups["j"].Value,
                Year = Year(journal.Groups["y"]), Volume = Value(journal.Groups["v"]), Issue = Value(journal.Groups["i"]), Pages = Hyphens(journal.Groups["p"].Value),
            };
        }

        if (phrases.First("guideline", words) is { } guideline)
        {
            var number = Value(guideline.Groups["no"]);
            return empty with
            {
                Type = Value(guideline.Groups["type"])?.Trim().ToLowerInvariant() ?? "other", Author = guideline.Groups["a"].Value, Title = guideline.Groups["t"].Value,
                Place = guideline.Groups["place"].Value, Publisher = guideline.Groups["pub"].Value, Year = Year(guideline.Groups["y"]),
                Number = number is null ? null : Hyphens(number), NumberAsWritten = number, Version = Value(guideline.Groups["ver"]),
            };
        }

        return url is null ? empty : empty with { Type = "web page" };
    }

    private static (IReadOnlyList<string> Names, bool EtAl) Authors(string text)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        var etAl = names.RemoveAll(name => name.StartsWith("et al", StringComparison.OrdinalIgnoreCase)) > 0;
        return (names, etAl);
    }

    /// <summary>The full stop of "Inc." belongs to the name; a second one does not.</summary>
    private static string Organization(string text)
    {
        var name = text.Trim().TrimEnd('.');
        return name.EndsWith(" Inc", StringComparison.Ordinal) || name.EndsWith(" Ltd", StringComparison.Ordinal) || name.EndsWith(" Co", StringComparison.Ordinal) ? name + "." : name;
    }

    private static string? Value(Group group) => group.Success && group.Length > 0 ? group.Value : null;

    private static int? Year(Group? group) => group is { Success: true } ? int.Parse(group.Value, CultureInfo.InvariantCulture) : null;

    private static string Hyphens(string text) => text.Replace('–', '-').Replace('—', '-');
}
