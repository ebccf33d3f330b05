using System.Text.RegularExpressions;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What a study was for, what it looked at, what was done and when.</summary>
internal sealed class StudyRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading) => reading.Body.Where(sentence => sentence.Groups.Count == 0).SelectMany(Of);

    private static IEnumerable<Fact> Of(SentenceReading sentence)
    {
        var phrases = sentence.Reading.Lexicon.Phrases;
        var text = sentence.Text;
        if (phrases.First("studyObjective", text) is { } objective) yield return Make(StudyFactKind.Objective, sentence, sentence.SpanOf(objective.Groups["v"]));
        if (phrases.First("studyFocus", text) is { } focus)
        {
            foreach (var part in SplitOn(sentence, sentence.SpanOf(focus.Groups["v"]))) yield return Make(StudyFactKind.Focus, sentence, part);
        }

        if (phrases.First("studyFocusList", text) is { } list)
        {
            foreach (var part in WordList.Split(sentence, sentence.SpanOf(list.Groups["v"])))
                yield return Make(IsCellType(sentence, part) ? StudyFactKind.CellType : StudyFactKind.Focus, sentence, part);
        }

        if (phrases.First("studyPeriod", text) is { } period && sentence.Reading.Lexicon.Number(period.Groups["n"].Value) is { } number)
        {
            var span = sentence.SpanOf(period.Groups["all"]);
            yield return new StudyFact(StudyFactKind.Period, sentence.Words(span), number, sentence.Reading.Lexicon.Words.Units[period.Groups["u"].Value.ToLowerInvariant()], span);
        }

        if (phrases.First("studyActivities", text) is { } activities)
        {
            foreach (var fact in Activities(sentence, activities.Groups["v"])) yield return fact;
        }

        foreach (var cue in (string[])["studyMade", "studyUsedFor"])
        {
            if (phrases.First(cue, text) is { } done) yield return Make(StudyFactKind.Activity, sentence, sentence.SpanOf(done.Groups["v"]));
        }
    }

    private static IEnumerable<Fact> Activities(SentenceReading sentence, Group group)
    {
        var words = sentence.SpanOf(group);
        if (sentence.Reading.Lexicon.Phrases.First("studyPurpose", words.Of(sentence.Reading.Text)) is { } purpose)
        {
            var span = sentence.Sentence.TrimMarks(words.Start + purpose.Groups["v"].Index, words.End);
            yield return Make(StudyFactKind.Purpose, sentence, span);
            words = sentence.Sentence.TrimMarks(words.Start, span.Start);
        }

        foreach (var part in WordList.Split(sentence, words)) yield return Make(StudyFactKind.Activity, sentence, part);
    }

    /// <summary>"A and on B" is two things; an "and" alone stays inside one.</summary>
    private static IEnumerable<Span> SplitOn(SentenceReading sentence, Span words)
    {
        var from = words.Start;
        var last = sentence.Sentence.TokenAt(words.End);
        for (var i = sentence.Sentence.TokenAt(words.Start); i + 1 < last; i++)
        {
            if (sentence.Tokens[i].Norm != "and" || sentence.Tokens[i + 1].Norm != "on") continue;
            yield return sentence.Sentence.TrimMarks(from, sentence.Tokens[i].Start);
            from = sentence.Tokens[i + 1].End;
        }

        yield return sentence.Sentence.TrimMarks(from, words.End);
    }

    private static bool IsCellType(SentenceReading sentence, Span part)
    {
        var words = sentence.Words(part);
        return words.EndsWith("cells", StringComparison.OrdinalIgnoreCase) || words.EndsWith("blasts", StringComparison.OrdinalIgnoreCase)
            || words.EndsWith("clasts", StringComparison.OrdinalIgnoreCase) || words.EndsWith("cytes", StringComparison.OrdinalIgnoreCase)
            || words.EndsWith("phages", StringComparison.OrdinalIgnoreCase);
    }

    private static StudyFact Make(StudyFactKind kind, SentenceReading sentence, Span span) => new(kind, sentence.Words(span), null, null, span);
}
