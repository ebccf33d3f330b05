using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What the text says of a disease itself, and the problem it names as the reason of the work.</summary>
internal sealed class DiseaseRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        var abbreviated = new HashSet<Term>();
        foreach (var sentence in reading.Body)
        {
            var text = sentence.Text;
            var phrases = reading.Lexicon.Phrases;
            var opening = reading.Names.FindCondition(reading.Text, sentence.Tokens, 0, out var length);
            if (opening is not null)
            {
                if (sentence.Sentence.Norm(length) == "(" && sentence.Sentence.Norm(length + 2) == ")" && reading.Names.Conditions.ContainsKey(sentence.Words(sentence.Sentence.SpanOf(length + 1, length + 2))) && abbreviated.Add(opening))
                {
                    var span = sentence.Sentence.SpanOf(length + 1, length + 2);
                    yield return new DiseaseFact(DiseaseFactKind.Abbreviation, opening, sentence.Words(span), null, null, span);
                }

                var after = sentence.Tokens[length - 1].End;
                if (phrases.First("diseaseIs", reading.Text[after..sentence.Span.End]) is { } definition)
                {
                    var span = sentence.Sentence.TrimMarks(after + definition.Groups["v"].Index, after + definition.Groups["v"].Index + definition.Groups["v"].Length);
                    yield return new DiseaseFact(DiseaseFactKind.Definition, opening, sentence.Words(span), null, null, span);
                }

                if (phrases.First("prognosis", text) is { } prognosis)
                {
                    var span = sentence.SpanOf(prognosis.Groups["v"]);
                    var curable = !prognosis.Groups["c"].Value.StartsWith("in", StringComparison.OrdinalIgnoreCase);
                    bool? treatable = prognosis.Groups["t"].Success ? !prognosis.Groups["t"].Value.StartsWith("un", StringComparison.OrdinalIgnoreCase) : null;
                    yield return new DiseaseFact(DiseaseFactKind.Prognosis, opening, sentence.Words(span), curable, treatable, span);
                }
            }

            if (phrases.First("course", text) is { } course && sentence.Groups.Count == 0)
            {
                foreach (var name in (string[])["v", "w"])
                {
                    if (!course.Groups[name].Success) continue;
                    var span = sentence.SpanOf(course.Groups[name]);
                    yield return new DiseaseFact(DiseaseFactKind.Course, null, sentence.Words(span), null, null, span);
                }
            }

            foreach (var cue in (string[])["problemObstacle", "problemNeed"])
            {
                if (phrases.First(cue, text) is not { } problem || sentence.Groups.Count > 0) continue;
                var span = sentence.SpanOf(problem.Groups["v"]);
                yield return new ProblemFact(sentence.Words(span), span);
            }
        }
    }
}
