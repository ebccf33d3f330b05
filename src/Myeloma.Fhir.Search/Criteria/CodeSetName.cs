namespace Myeloma.Fhir.Search.Criteria;

/// <summary>What a set of codes is called in a search: a value set, or a part of a code system's hierarchy. https://hl7.org/fhir/R4/search.html#modifiers</summary>
public abstract record CodeSetName
{
    private CodeSetName()
    {
    }

    /// <summary>By canonical: <c>url</c> or <c>url|version</c>.</summary>
    /// <param name="Id">Of the ValueSet that the url leads to when it is one of this server's own; null for all others. What has the url as its canonical comes first.</param>
    public sealed record ValueSet(string Url, string? Version, string? Id = null) : CodeSetName
    {
        public override string ToString() => Version is null ? Url : $"{Url}|{Version}";
    }

    /// <summary>By <c>ValueSet/id</c>.</summary>
    public sealed record StoredValueSet(string Id) : CodeSetName
    {
        public override string ToString() => $"ValueSet/{Id}";
    }

    /// <summary>The concept and all that it subsumes.</summary>
    public sealed record Below(string System, string Code) : CodeSetName
    {
        public override string ToString() => $"below {System}|{Code}";
    }

    /// <summary>The concept and all that subsume it.</summary>
    public sealed record Above(string System, string Code) : CodeSetName
    {
        public override string ToString() => $"above {System}|{Code}";
    }
}

/// <summary>A set of codes where the store keeps it.</summary>
/// <param name="Size">How many members; a system all of whose codes are members counts as one.</param>
public readonly record struct StoredCodeSet(long Id, int Size);
