using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>
/// The class of a drug from the heading it stands under, only when no sentence gives it one and the drug is said to act on the target of that class.
/// </summary>
internal static class HeadingClassRule
{
    public static IEnumerable<DrugClassFact> Find(Reading reading, IReadOnlyList<DrugClassFact> stated, IReadOnlyList<Fact> mechanisms)
    {
        var targets = mechanisms.OfType<ClassTargetFact>().Select(fact => (fact.Class, fact.Words))
            .Concat(mechanisms.OfType<ClassMechanismFact>().Where(fact => fact.Target is not null).Select(fact => (fact.Class, Words: fact.Target!)))
            .Where(target => !target.Words.Contains(' ', StringComparison.Ordinal) || target.Words.Length < 30).ToList();
        var seen = new HashSet<DrugKey>(stated.Select(fact => fact.Drug));
        foreach (var drug in mechanisms.OfType<DrugMechanismFact>())
        {
            if (seen.Contains(drug.Drug)) continue;
            var section = reading.Sections.LastOrDefault(section => section.HeadingSpan.Start <= drug.Span.Start && section.HeadingSpan.Length > 0);
            if (section is null || ClassOf(reading, section) is not { } key) continue;
            if (!targets.Exists(target => target.Class.Equals(key) && drug.Words.Contains(target.Words, StringComparison.OrdinalIgnoreCase))) continue;
            seen.Add(drug.Drug);
            yield return new DrugClassFact(drug.Drug, key, ClassBasis.Heading, section.HeadingSpan);
        }
    }

    /// <summary>The class a heading is, alone or with its abbreviation; null for any other heading.</summary>
    public static ClassKey? ClassOf(Reading reading, Section section)
    {
        if (reading.HeadingAt(section.HeadingSpan.Start) is not { } sentence || !reading.Lexicon.Classes.Index.TryMatch(sentence.Tokens, 0, out var at, out var key)) return null;
        if (sentence.Sentence.Norm(at) == "(" && sentence.Sentence.Norm(at + 2) == ")") at += 3;
        return at == sentence.Tokens.Count ? key : null;
    }
}
