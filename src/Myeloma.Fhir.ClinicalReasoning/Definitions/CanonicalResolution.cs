using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Definitions;

/// <summary>Finds what a canonical names: contained, brought along as data, or known by the sources.</summary>
/// <remarks>https://hl7.org/fhir/R4/references.html#canonical. Without a version it is the highest that is not retired, else the highest.</remarks>
internal sealed class CanonicalResolution(ApplySources sources, IReadOnlyList<Element> data)
{
    /// <returns>Null when it is not there, or not in the version named.</returns>
    /// <param name="from">Where the canonical stands: <c>#id</c> is contained there, and what is contained comes first.</param>
    public Definition? Find(string canonical, Element from)
    {
        if (canonical.StartsWith('#')) return Contained(canonical[1..], from) is { } inside ? new Definition(inside, from) : null;

        var (name, fragment) = Split(canonical, '#');
        var (url, version) = Split(name, '|');
        var found = Best(from.Children("contained"), url, version) is { } contained ? new Definition(contained, from)
            : Best(data, url, version) is { } brought ? new Definition(brought)
            : Best(sources.Definitions(url).Select(document => document.Root), url, version) is { } known ? new Definition(known)
            : (Definition?)null;
        if (fragment is null || found is not { } holder) return found;
        return Contained(fragment, holder.Root) is { } part ? new Definition(part, holder.Root) : null;
    }

    private static Element? Best(IEnumerable<Element> candidates, string url, string? version)
    {
        var named = candidates.Where(candidate => candidate.TextOf("url") == url && (version is null || candidate.TextOf("version") == version)).ToList();
        if (named.Count == 0) return null;
        return named.OrderBy(candidate => candidate.TextOf("status") == "retired").ThenByDescending(candidate => candidate.TextOf("version"), BusinessVersionOrder.Instance).First();
    }

    private static Element? Best(ElementEnumerable candidates, string url, string? version)
    {
        var list = new List<Element>();
        foreach (var candidate in candidates) list.Add(candidate);
        return Best(list, url, version);
    }

    private static Element? Contained(string id, Element container)
    {
        foreach (var contained in container.Children("contained"))
            if (contained.TextOf("id") == id) return contained;
        return null;
    }

    private static (string Before, string? After) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
