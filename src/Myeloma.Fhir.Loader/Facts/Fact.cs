namespace Myeloma.Fhir.Loader.Facts;

/// <summary>One statement of a document: what it says and the words that say it. No coding and no judgement.</summary>
/// <remarks>The span is trimmed to words; cut from the document it shows what the fact claims.</remarks>
public abstract record Fact(Span Span)
{
    /// <summary>The name of the kind as reports show it, such as <c>drug.route</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>How a drug was named at one place.</summary>
public enum DrugNameKind { Generic, Brand, Abbreviation, Misspelling }

/// <summary>Where a place lies: running text, or the list of references, where a name says nothing about treatment.</summary>
public enum DocumentPart { Body, References }
