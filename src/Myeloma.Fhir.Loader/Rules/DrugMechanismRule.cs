using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What a drug is said to do in the body: "blocks the … protein to stop the cell cycle". The purpose is a fact of its own.</summary>
internal sealed class DrugMechanismRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            if (sentence.Subject is not { Drug: { } drug } subject) continue;
            var after = sentence.Tokens[subject.To - 1].End;
            var rest = reading.Text[after..sentence.Span.End];
            if (reading.Lexicon.Phrases.First("drugMechanism", rest) is not { } match) continue;
            foreach (var name in (string[])["what", "purpose"])
            {
                if (!match.Groups[name].Success) continue;
                var span = sentence.Sentence.TrimMarks(after + match.Groups[name].Index, after + match.Groups[name].Index + match.Groups[name].Length);
                if (span.Length > 0) yield return new DrugMechanismFact(drug.Drug, sentence.Words(span), span);
            }
        }
    }
}
