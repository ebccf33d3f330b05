using System.Runtime.CompilerServices;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions;

/// <summary>Stored versions as documents: one that is kept in memory is parsed once, and what was made of its document is found again.</summary>
internal static class ParsedVersions
{
    /// <summary>What is stored was accepted once, whatever the limits were then.</summary>
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    private static readonly ConditionalWeakTable<ResourceVersion, ResourceDocument> Parsed = [];

    /// <param name="version">No deletion.</param>
    /// <returns>The same document for the same version object.</returns>
    public static ResourceDocument Of(ResourceVersion version) => Parsed.GetValue(version, static each => ResourceDocument.Parse(each.Body, limits: Unlimited));
}
