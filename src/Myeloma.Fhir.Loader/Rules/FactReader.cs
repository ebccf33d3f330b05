using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Document in, facts out.</summary>
public static class FactReader
{
    private static readonly IFactRule[] Rules =
    [
        new DrugMentionRule(), new BrandRule(), new IntendedRouteRule(), new IndicationRule(), new DrugUseRule(),
        new RegimenRule(), new ListQualifierRule(), new PriorTherapyRule(),
        new ClassListRule(), new StateDefinitionRule(), new SettingRule(), new TherapyRule(), new SafetyRule(),
        new PageMetaRule(), new ReferenceRule(), new MisspellingRule(),
        new ProjectRule(), new StudyRule(), new FindingRule(), new SurvivalRule(), new DiseaseRule(),
    ];

    /// <returns>All facts in text order; a document that states nothing gives no facts.</returns>
    public static DocumentFacts Read(SourceDocument document, ReadingLexicon lexicon)
    {
        var reading = new Reading(document, lexicon);
        var found = Rules.SelectMany(rule => rule.Find(reading).Select(fact => (Fact: fact, Rule: rule.GetType().Name)))
            .Concat(reading.DrugClasses.Select(fact => (Fact: (Fact)fact, Rule: fact.Basis == ClassBasis.Heading ? nameof(HeadingClassRule) : nameof(DrugClassRule))))
            .Concat(reading.Mechanisms.Select(fact => (Fact: fact, Rule: fact is DrugMechanismFact ? nameof(DrugMechanismRule) : nameof(ClassStatementRule))))
            .DistinctBy(one => one.Fact)
            .ToList();
        var facts = found.Select(one => one.Fact)
            .OrderBy(fact => fact.Span.Start).ThenBy(fact => fact.Span.End).ThenBy(fact => fact.Kind, StringComparer.Ordinal)
            .ToList();
        var title = PageMetaRule.TitleSpan(reading) is { } span ? reading.Words(span) : null;
        return new DocumentFacts(document, title, reading.Sections, facts, UnreadSentences.Find(reading, facts))
        {
            Rules = found.ToDictionary(one => one.Fact, one => one.Rule, (IEqualityComparer<Fact>)ReferenceEqualityComparer.Instance),
        };
    }
}
