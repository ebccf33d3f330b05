namespace Myeloma.Fhir.Loader.Facts;

/// <summary>One place where a drug is named, by any of its names.</summary>
/// <param name="InLexicon">False when the drug is not in the lexicon and was taken from the text that introduces it.</param>
public sealed record DrugMention(DrugKey Drug, string AsWritten, DrugNameKind Name, DocumentPart Part, bool InLexicon, Span Span) : Fact(Span)
{
    public override string Kind => "drug.mention";
}

/// <summary>A brand that the document gives beside the generic name; one fact a brand and drug, at its introduction.</summary>
public sealed record BrandFact(DrugKey Drug, string Brand, Span Span) : Fact(Span)
{
    public override string Kind => "drug.brand";
}

/// <summary>An abbreviation that the document gives for a drug ("drugA (DRA)").</summary>
public sealed record DrugAbbreviationFact(DrugKey Drug, string Abbreviation, Span Span) : Fact(Span)
{
    public override string Kind => "drug.abbreviation";
}

/// <summary>What the class of a drug is read from: a sentence that says so, or the heading it stands under together with its target.</summary>
public enum ClassBasis { Sentence, Heading }

/// <summary>The class of a drug.</summary>
public sealed record DrugClassFact(DrugKey Drug, ClassKey Class, ClassBasis Basis, Span Span) : Fact(Span)
{
    public override string Kind => "drug.class";
}

/// <summary>A route of a drug.</summary>
/// <param name="Route">Code such as <c>subcutaneous</c>, <c>intravenous</c>, <c>oral</c>.</param>
/// <param name="Qualifier">"usually", "sometimes" as written, lower case; null when the text has none.</param>
public sealed record RouteFact(DrugKey Drug, Term Route, string? Qualifier, Span Span) : Fact(Span)
{
    public override string Kind => "drug.route";
}

/// <summary>The form a drug comes in, as written ("pill", "injection").</summary>
public sealed record FormFact(DrugKey Drug, string Form, Span Span) : Fact(Span)
{
    public override string Kind => "drug.form";
}

/// <summary>What a drug is used to treat; one fact a state.</summary>
/// <param name="State">The state of the disease; null when the text gives none.</param>
/// <param name="Modality">The words that carry it ("may be used to treat", "is sometimes used to treat").</param>
/// <param name="InCombinationWith">The other members when the use is stated for the combination only; empty when it is stated for the drug.</param>
public sealed record IndicationFact(
    DrugKey Drug, Term Condition, Term? State, string Modality, IReadOnlyList<DrugKey> InCombinationWith, Span Span) : Fact(Span)
{
    public override string Kind => "drug.indication";
}

/// <summary>The text says that the drug is, or can be, given alone.</summary>
public sealed record MonotherapyFact(DrugKey Drug, string Modality, Span Span) : Fact(Span)
{
    public override string Kind => "drug.monotherapy";
}

/// <summary>A category of drugs (chemotherapy, targeted therapy …) that a drug is combined with; names no drug.</summary>
public sealed record CombinesWithCategoryFact(DrugKey Drug, Term Category, string Modality, Span Span) : Fact(Span)
{
    public override string Kind => "drug.combinesWithCategory";
}

/// <summary>A drug that the text calls similar; says nothing about interchangeability.</summary>
public sealed record SimilarToFact(DrugKey Drug, DrugKey Similar, Span Span) : Fact(Span)
{
    public override string Kind => "drug.similarTo";
}

/// <summary>How common the use of a drug is said to be; the words are the value.</summary>
public sealed record UsageFact(DrugKey Drug, string Words, Span Span) : Fact(Span)
{
    public override string Kind => "drug.usage";
}

/// <summary>What a drug is said to do in the body; the words are the value.</summary>
public sealed record DrugMechanismFact(DrugKey Drug, string Words, Span Span) : Fact(Span)
{
    public override string Kind => "drug.mechanism";
}
