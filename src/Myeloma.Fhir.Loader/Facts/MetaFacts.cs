using System.Diagnostics;

namespace Myeloma.Fhir.Loader.Facts;

/// <summary>What a statement about the document itself is.</summary>
public enum MetaFactKind
{
    Title, Publisher, CopyrightYear, CopyrightHolder, Website, Phone, Disclaimer, Currency, LastReview, Category, Languages, Keyword,
}

/// <summary>A statement about the document itself.</summary>
/// <param name="Value">The value as written; null for a label that stands alone.</param>
/// <param name="State">"label without a date", "label without a value" when <paramref name="Value"/> is null; otherwise null.</param>
public sealed record MetaFact(MetaFactKind Statement, string? Value, string? State, Span Span) : Fact(Span)
{
    public override string Kind => Statement switch
    {
        MetaFactKind.Title => "meta.title",
        MetaFactKind.Publisher => "meta.publisher",
        MetaFactKind.CopyrightYear => "meta.copyrightYear",
        MetaFactKind.CopyrightHolder => "meta.copyrightHolder",
        MetaFactKind.Website => "meta.website",
        MetaFactKind.Phone => "meta.phone",
        MetaFactKind.Disclaimer => "meta.disclaimer",
        MetaFactKind.Currency => "meta.currency",
        MetaFactKind.LastReview => "meta.lastReview",
        MetaFactKind.Category => "meta.category",
        MetaFactKind.Languages => "meta.languages",
        MetaFactKind.Keyword => "meta.keyword",
        _ => throw new UnreachableException(),
    };
}

/// <summary>A person named as reviewer of the page.</summary>
/// <param name="Credentials">"MD", "MSc" in text order; may be empty.</param>
public sealed record ReviewerFact(string Name, IReadOnlyList<string> Credentials, Span Span) : Fact(Span)
{
    public override string Kind => "meta.reviewer";
}

/// <summary>An entry of the reference list. Every part is null, or empty, when the entry does not give it.</summary>
/// <param name="Type">"product monograph", "clinical practice guideline", "journal article", "book chapter", "web page" or "other".</param>
/// <param name="Words">The whole entry with its white space normalised.</param>
/// <param name="Number">With hyphens; <paramref name="NumberAsWritten"/> keeps the dash of the text.</param>
/// <param name="Pages">With a hyphen between first and last.</param>
public sealed record ReferenceFact(
    string Type,
    string Words,
    string? Organization,
    string? Author,
    IReadOnlyList<string> Authors,
    bool EtAl,
    string? Title,
    string? Journal,
    string? Book,
    IReadOnlyList<string> Editors,
    string? Edition,
    string? Place,
    string? Publisher,
    int? Year,
    string? Volume,
    string? Issue,
    string? Pages,
    string? Number,
    string? NumberAsWritten,
    string? Version,
    string? Format,
    string? Chapter,
    string? Url,
    Span Span) : Fact(Span)
{
    public override string Kind => "meta.reference";
}

/// <summary>A word that is misspelt in the source.</summary>
/// <param name="Drug">The drug it was merged into; null when the word is no drug.</param>
public sealed record MisspellingFact(string AsWritten, string Meant, DrugKey? Drug, Span Span) : Fact(Span)
{
    public override string Kind => "source.misspelling";
}
