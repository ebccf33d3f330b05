namespace Myeloma.Fhir.Loader.Facts;

/// <summary>What the text means by a state of a disease ("called relapsed multiple myeloma").</summary>
public sealed record StateDefinitionFact(Term State, string Means, Span Span) : Fact(Span)
{
    public override string Kind => "state.definition";
}

/// <summary>An aim of the therapy the page is about. No drug and no combination is tied to it.</summary>
/// <param name="Goal">The words of the aim, without the time and the name.</param>
/// <param name="Name">"induction therapy" when the text names it; otherwise null.</param>
/// <param name="Timing">"before a stem cell transplant" as written; otherwise null.</param>
/// <param name="Transplant">"cannot have" or "can have" when the aim is for those people; otherwise null.</param>
public sealed record SettingFact(string Goal, string? Name, string? Timing, string? Transplant, Span Span) : Fact(Span)
{
    public override string Kind => "setting";
}

/// <summary>What a statement about the therapy of the page says.</summary>
public enum TherapyFactKind { Condition, Mechanism, Synonym, Usage, Planning, Combination, Coverage }

/// <summary>A statement about the therapy that the page is about; the words are the value.</summary>
/// <param name="Term">The condition or the category when the lexicon knows it; otherwise null.</param>
public sealed record TherapyFact(TherapyFactKind Statement, string Therapy, string Words, Term? Term, Span Span) : Fact(Span)
{
    public override string Kind => Statement switch
    {
        TherapyFactKind.Condition => "therapy.condition",
        TherapyFactKind.Mechanism => "therapy.mechanism",
        TherapyFactKind.Synonym => "therapy.synonym",
        TherapyFactKind.Usage => "therapy.usage",
        TherapyFactKind.Planning => "therapy.planning",
        TherapyFactKind.Combination => "therapy.combination",
        TherapyFactKind.Coverage => "therapy.coverage",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
