using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Dependents;

/// <summary>What others may rest on: an artifact by its canonical and its place on this server, and codes.</summary>
internal sealed record DependentTarget
{
    /// <summary>What it is called in answers.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is stored; null for a code, and for a url that nothing here bears.</summary>
    public ResourceKey? Key { get; init; }

    /// <summary>Null for what has no url.</summary>
    public string? Url { get; init; }

    /// <summary>The version that is asked about; null for all of the url.</summary>
    public string? Version { get; init; }

    /// <summary>The version that a canonical without a version means; null when nothing bears the url, or it has no version.</summary>
    public string? Meant { get; init; }

    /// <summary>The version that it would mean if the one asked about were retired; null when there is no other that is not retired.</summary>
    public string? Next { get; init; }

    /// <summary>System and code: the code that is asked about, or those of a drug.</summary>
    public IReadOnlyList<(string System, string Code)> Codes { get; init; } = [];

    /// <summary>Whether it is a code system, which codings name by its url.</summary>
    public bool IsCodeSystem { get; init; }

    /// <summary>What a stored resource is for others.</summary>
    /// <param name="versions">All versions of what a url names, the one first that is meant without a version.</param>
    /// <param name="withCodes">Whether the codes of a drug count.</param>
    public static DependentTarget Of(ResourceDocument document, Func<string, IReadOnlyList<ResourceDocument>> versions, bool withCodes)
    {
        var root = document.Root;
        var (url, version) = (root.TextOf("url"), root.TextOf("version"));
        var known = url is null ? [] : versions(url).Where(each => each.ResourceType == document.ResourceType).ToList();
        var codes = new List<(string, string)>();
        if (withCodes && document.ResourceType is "Medication" or "MedicationKnowledge")
            foreach (var coding in root.Child("code")?.Children("coding").ToList() ?? [])
                if (coding.TextOf("system") is { } system && coding.TextOf("code") is { } code) codes.Add((system, code));
        return new DependentTarget
        {
            Name = url is null ? $"{document.ResourceType}/{document.Id}" : version is null ? url : $"{url}|{version}",
            Key = new ResourceKey(document.ResourceType, document.Id!), Url = url, Version = version, Codes = codes, IsCodeSystem = document.ResourceType == "CodeSystem",
            Meant = known.Count > 0 ? known[0].Root.TextOf("version") : version,
            Next = known.Where(each => each.Id != document.Id && each.Root.TextOf("status") != "retired").Select(each => each.Root.TextOf("version")).FirstOrDefault(),
        };
    }

    /// <summary>Whether a canonical leads to what is asked about.</summary>
    /// <param name="isPinned">Whether it names the version.</param>
    public bool IsNamedBy(string canonical, out bool isPinned)
    {
        var text = canonical.Split('#')[0];
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        var (url, version) = bar < 0 ? (text, null) : (text[..bar], text[(bar + 1)..]);
        isPinned = version is not null;
        if (url != Url) return false;
        return version is null ? Version is null || Meant is null || Meant == Version : Version is null || version == Version;
    }
}
