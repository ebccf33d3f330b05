namespace Myeloma.Fhir.Loader.Facts;

/// <summary>A risk that a drug is said to change; one fact a drug and event or site.</summary>
/// <param name="Site">"lungs"; null when the text names none.</param>
/// <param name="Direction">"increases" or "decreases".</param>
public sealed record RiskFact(DrugKey Drug, string Event, string? Site, string Direction, Span Span) : Fact(Span)
{
    public override string Kind => "safety.risk";
}

/// <summary>Drugs are given against a risk of other drugs.</summary>
/// <param name="Against">The drugs that carry the risk, in text order.</param>
/// <param name="Event">What is prevented, as written.</param>
public sealed record ProphylaxisFact(IReadOnlyList<DrugKey> Against, string Event, string Words, Span Span) : Fact(Span)
{
    public override string Kind => "safety.prophylaxis";
}

/// <summary>A drug named for prophylaxis.</summary>
/// <param name="IsExample">True after "such as": the list is open.</param>
public sealed record ProphylaxisDrugFact(DrugKey Drug, string Event, bool IsExample, Span Span) : Fact(Span)
{
    public override string Kind => "safety.prophylaxisDrug";
}

/// <summary>A side effect that a list or sentence states for drugs.</summary>
/// <param name="Frequency">"may", "commonly" as written; null when the text has none.</param>
public sealed record SideEffectFact(IReadOnlyList<DrugKey> Drugs, string Effect, string? Frequency, Span Span) : Fact(Span)
{
    public override string Kind => "safety.sideEffect";
}

/// <summary>A list that is introduced, or a heading, with nothing under it.</summary>
/// <param name="Drugs">The drugs the list would be about; may be empty.</param>
/// <param name="Heading">True when it is a heading.</param>
public sealed record EmptyListFact(IReadOnlyList<DrugKey> Drugs, bool Heading, Span Span) : Fact(Span)
{
    public override string Kind => "safety.emptyList";
}

/// <summary>Something that side effects are said to depend on; the words are the value.</summary>
public sealed record SafetyDependsOnFact(string Words, Span Span) : Fact(Span)
{
    public override string Kind => "safety.dependsOn";
}

/// <summary>Advice to the reader about side effects; the words are the value.</summary>
public sealed record SafetyAdviceFact(string Words, Span Span) : Fact(Span)
{
    public override string Kind => "safety.advice";
}
