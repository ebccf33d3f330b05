using System.Globalization;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Survival figures: "The overall survival of … is 8-9 years and event-free survival is 3-4 years".</summary>
internal sealed class SurvivalRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            if (reading.Lexicon.Phrases.First("survival", sentence.Text) is not { } match) continue;
            var end = sentence.SpanOf(match).End;
            var population = match.Groups["p"].Success ? sentence.Words(sentence.SpanOf(match.Groups["p"])) : null;
            var treatment = reading.Lexicon.Phrases.First("populationTreatment", match.Value)?.Groups["v"].Value;
            var age = reading.Lexicon.Phrases.First("ageBelow", match.Value)?.Groups["v"].Value.Replace('–', '-');
            var start = sentence.Text.StartsWith("The ", StringComparison.OrdinalIgnoreCase) && match.Index == 4 ? sentence.Span.Start : sentence.SpanOf(match).Start;
            yield return Make(reading, match, population, treatment, age, false, Span.Between(start, end));
            var rest = sentence.Text[(end - sentence.Span.Start)..];
            if (reading.Lexicon.Phrases.First("survivalSecond", rest) is not { } second || second.Index > 0) continue;
            var from = end + second.Groups["all"].Index;
            yield return Make(reading, second, population, treatment, age, population is not null, Span.Between(from, from + second.Groups["all"].Length));
        }
    }

    private static SurvivalFact Make(Reading reading, Match match, string? population, string? treatment, string? age, bool carriedOver, Span span)
    {
        var low = decimal.Parse(match.Groups["low"].Value, CultureInfo.InvariantCulture);
        var high = match.Groups["high"].Success ? decimal.Parse(match.Groups["high"].Value, CultureInfo.InvariantCulture) : low;
        var unit = match.Groups["u"].Value.ToLowerInvariant();
        return new SurvivalFact(
            match.Groups["m"].Value.ToLowerInvariant(), low, high, reading.Lexicon.Words.Units[unit], unit, population, treatment, age, carriedOver, span);
    }
}
