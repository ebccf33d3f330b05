namespace Myeloma.Fhir.Loader.Facts;

/// <summary>One drug of a combination at one place.</summary>
/// <param name="DoseQualifier">"low-dose", "high-dose": the words in lower case, joined by hyphens; null when the text has none. No figure.</param>
/// <param name="DoseQualifierSpan">The words of the qualifier; null when there is none.</param>
/// <param name="Span">The name of the drug, without brand and qualifier.</param>
public sealed record RegimenMember(DrugKey Drug, string? DoseQualifier, Span? DoseQualifierSpan, Span Span);

/// <summary>Whether a combination stands as an item of a list or in running text.</summary>
public enum RegimenForm { List, Prose }

/// <summary>One place where the text says that drugs are given together.</summary>
/// <param name="Abbreviation">As written; null when the place has none.</param>
/// <param name="Members">Two or more, in text order, each drug once.</param>
/// <param name="SectionDrug">The drug the list or sentence is about; null when none. It lends the combination nothing.</param>
/// <param name="ListQualifier">"most common", "include" of the sentence that opens the list; null in prose or without one.</param>
/// <param name="Brands">Brands named inside the mention, as written.</param>
/// <param name="Span">From the first word that belongs to the combination (abbreviation, or first member) to the last.</param>
public sealed record RegimenMention(
    string? Abbreviation,
    Span? AbbreviationSpan,
    IReadOnlyList<RegimenMember> Members,
    RegimenForm Form,
    DrugKey? SectionDrug,
    string? ListQualifier,
    IReadOnlyList<string> Brands,
    Span Span) : Fact(Span)
{
    public override string Kind => "regimen.mention";
}

/// <summary>Something that must have been given before: a drug, or any drug of a class.</summary>
/// <param name="ExcludeSelf">True for "another …": a drug of the class other than the one the requirement is for.</param>
public sealed record PriorTherapyNeed(DrugKey? Drug, ClassKey? Class, bool ExcludeSelf, Span Span);

/// <summary>Treatment that must have been received before a combination or a single drug is given.</summary>
/// <param name="Subject">Members of the combination, or the one drug, the requirement is stated for, in text order.</param>
/// <param name="SubjectSpan">The span of the regimen mention with that requirement; null for a single drug.</param>
/// <param name="MinimumCount">"at least 2 other treatments" gives 2; null when no number is stated.</param>
/// <param name="Requires">Drugs and classes that must be among them; empty when none is named.</param>
/// <param name="Outcome">"has not worked" as written; null when none is stated.</param>
public sealed record PriorTherapyFact(
    IReadOnlyList<DrugKey> Subject,
    Span? SubjectSpan,
    int? MinimumCount,
    IReadOnlyList<PriorTherapyNeed> Requires,
    string? Outcome,
    Span Span) : Fact(Span)
{
    public override string Kind => "priorTherapy";
}

/// <summary>Drugs named together as a treatment given before; not a combination to give.</summary>
public sealed record RegimenPriorMention(IReadOnlyList<DrugKey> Members, Span Span) : Fact(Span)
{
    public override string Kind => "regimen.priorMention";
}

/// <summary>What the sentence before a list says of its completeness: "most common", "include".</summary>
public sealed record ListQualifierFact(DrugKey? Drug, string Qualifier, Span Span) : Fact(Span)
{
    public override string Kind => "list.qualifier";
}

/// <summary>The text says that the list of combinations is not complete.</summary>
public sealed record ListOpenFact(DrugKey? Drug, string Words, Span Span) : Fact(Span)
{
    public override string Kind => "list.open";
}
