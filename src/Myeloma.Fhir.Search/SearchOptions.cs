namespace Myeloma.Fhir.Search;

/// <summary>Limits and habits of reading a search. Each is a setting of the server but <see cref="Strict"/> and <see cref="BaseUrl"/>, which are the request's.</summary>
public sealed record SearchOptions
{
    public static readonly SearchOptions Default = new();

    /// <summary><c>Prefer: handling=strict</c>: what the server does not know is refused instead of ignored with a warning.</summary>
    /// <remarks>https://hl7.org/fhir/R4/search.html#errors</remarks>
    public bool Strict { get; init; }

    /// <summary>The server's own base: references below it are local. Null: only relative ones are.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Matches on a page when the client does not say.</summary>
    public int DefaultCount { get; init; } = 50;

    /// <summary>Most matches on a page; a larger <c>_count</c> is cut to it.</summary>
    public int MaxCount { get; init; } = 1_000;

    /// <summary>Most parameters in one search.</summary>
    public int MaxParameters { get; init; } = 100;

    /// <summary>Most alternatives of one parameter.</summary>
    public int MaxValues { get; init; } = 500;

    /// <summary>Most UTF-16 units of one alternative.</summary>
    public int MaxValueLength { get; init; } = 2_048;

    /// <summary>Most references that a chain follows.</summary>
    public int MaxChainDepth { get; init; } = 4;

    /// <summary>Most _include and _revinclude together, <c>*</c> counted once.</summary>
    public int MaxIncludes { get; init; } = 20;

    /// <summary>Most keys of <c>_sort</c>.</summary>
    public int MaxSortKeys { get; init; } = 5;

    /// <summary>Whether <c>__explain=true</c> is answered with what a search became instead of its matches.</summary>
    public bool MayExplain { get; init; }

    /// <summary>For <c>ap</c> of dates, which depends on how long ago they are.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
