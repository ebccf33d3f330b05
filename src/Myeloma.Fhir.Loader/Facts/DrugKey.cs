namespace Myeloma.Fhir.Loader.Facts;

/// <summary>A drug as facts refer to it: a stable slug (<c>drug-a</c>) and the generic name in lower case.</summary>
/// <remarks>Two keys are equal when their slugs are. The slug holds a-z, 0-9 and hyphens only and has at most 64 characters.</remarks>
public sealed record DrugKey(string Slug, string Name)
{
    public bool Equals(DrugKey? other) => other is not null && string.Equals(Slug, other.Slug, StringComparison.Ordinal);

    public override int GetHashCode() => Slug.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Slug;
}

/// <summary>A drug class as facts refer to it: a stable slug (<c>proteasome-inhibitor</c>) and its singular name in lower case.</summary>
public sealed record ClassKey(string Slug, string Name)
{
    public bool Equals(ClassKey? other) => other is not null && string.Equals(Slug, other.Slug, StringComparison.Ordinal);

    public override int GetHashCode() => Slug.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Slug;
}

/// <summary>A coded word of the lexicon (route, disease state, condition, category, setting): its code and its display.</summary>
public sealed record Term(string Code, string Display);
