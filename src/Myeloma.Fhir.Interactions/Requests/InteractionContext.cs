using Myeloma.Fhir.Interactions.Responses;

namespace Myeloma.Fhir.Interactions.Requests;

/// <summary>What an interaction has to know of the request around it.</summary>
/// <param name="BaseUrl">Absolute, without trailing slash: what links and fullUrls begin with.</param>
/// <param name="IsStrict">Whether unknown parameters are refused (<c>Prefer: handling=strict</c>) instead of reported.</param>
/// <param name="Return">What a write gives back; null leaves it to the interaction: single writes give the resource, bundles do not.</param>
public sealed record InteractionContext(string BaseUrl, bool IsStrict = false, ReturnPreference? Return = null)
{
    /// <summary>The header of that name, as it came; null when there was none.</summary>
    public string? AcceptLanguage { get; init; }

    /// <summary>The header X-Cache-Id as it came, several joined by commas: whose terminology counts before what is stored; null when there was none.</summary>
    public string? CacheId { get; init; }

    /// <summary>The URL of the request itself, with its query; null where there is none, as for an entry of a bundle.</summary>
    public string? RequestUrl { get; init; }

    /// <summary>Whether the client wants what is not offered to be passed over (<c>Prefer: handling=lenient</c>).</summary>
    public bool IsLenient { get; init; }

    /// <summary>Who asks, where the request carries the token of a reviewer; null for everybody else.</summary>
    public Reviewer? Reviewer { get; init; }

    /// <summary>Whether what is written is what a review came to, which no other write may be.</summary>
    internal bool IsReview { get; init; }

    /// <summary>The absolute URL of a resource, as <c>fullUrl</c> writes it.</summary>
    public string FullUrl(string type, string id) => $"{BaseUrl}/{type}/{id}";
}
