using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>What a state of a disease means: "CONDITION that has come back (called relapsed CONDITION)".</summary>
internal sealed class StateDefinitionRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        foreach (var sentence in reading.Body)
        {
            foreach (var definition in ConditionReader.Definitions(sentence))
            {
                var means = sentence.Words(sentence.Sentence.SpanOf(definition.MeansFrom, definition.Open));
                yield return new StateDefinitionFact(definition.State, means, sentence.Sentence.SpanOf(definition.From, definition.To));
            }
        }
    }
}
