using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Lexicon;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>A drug name at a place of a sentence; tokens <paramref name="From"/> up to, and without, <paramref name="To"/>.</summary>
internal sealed record MentionAt(int From, int To, DrugName Name, Span Span);

/// <summary>Another name given beside a drug's name.</summary>
internal sealed record OtherName(string Written, Span Span);

/// <summary>A drug with what stands in brackets behind, or before, its name: "generic (Brand, Brand)", "Brand (generic)".</summary>
internal sealed class DrugGroup
{
    public required DrugKey Drug { get; init; }

    /// <summary>The generic name when the group has it; otherwise the name it has.</summary>
    public required Span Name { get; init; }

    public required int From { get; init; }

    /// <summary>The token after the group, brackets and salt included.</summary>
    public required int To { get; init; }

    public required Span Full { get; init; }

    public List<OtherName> Brands { get; } = [];

    public List<OtherName> Abbreviations { get; } = [];

    /// <summary>An unknown abbreviation in brackets right behind the group; it may name the drug or the list the drug closes.</summary>
    public OtherName? Acronym { get; init; }

    /// <summary>The token after the brackets of <see cref="Acronym"/>.</summary>
    public int AcronymTo { get; init; }

    /// <summary>True when the brackets hold another drug or a choice, so that the group is no plain member.</summary>
    public bool Unclear { get; init; }

    /// <summary>A brand in the brackets that the lexicon knows for another drug; null when there is none.</summary>
    public OtherName? ForeignBrand { get; init; }
}

/// <summary>What a sentence is about.</summary>
/// <param name="Drugs">The drugs it opens with or that a pronoun stands for; empty when it is about no drug.</param>
/// <param name="Class">The class it opens with or that a pronoun stands for; null when none.</param>
/// <param name="IsPronoun">True when a pronoun stands for it.</param>
/// <param name="IsChoice">True for "a or b".</param>
/// <param name="From">The first token of the subject in the sentence.</param>
/// <param name="To">The token after the subject.</param>
/// <param name="Antecedent">For a pronoun, the name it stands for; otherwise the subject's own words.</param>
internal sealed record Subject(
    IReadOnlyList<DrugGroup> Drugs, ClassKey? Class, bool IsPronoun, bool IsChoice, int From, int To, Span Antecedent)
{
    /// <summary>The one drug of the sentence; null when there is none or more than one.</summary>
    public DrugGroup? Drug => Drugs.Count == 1 ? Drugs[0] : null;
}
