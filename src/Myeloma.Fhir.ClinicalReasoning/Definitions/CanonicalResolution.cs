using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Definitions;

/// <summary>Finds what a canonical names: contained, brought along as data, or known by the sources.</summary>
/// <remarks>https://hl7.org/fhir/R4/references.html#canonical. Without a version it is the highest, active ones before drafts, and what is retired last.</remarks>
internal sealed class CanonicalResolution(ApplySources sources, IReadOnlyList<Element> data)
{
    /// <returns>Null when it is not there, or not in the version named.</returns>
    /// <param name="from">Where the canonical stands: <c>#id</c> is contained there, and what is contained comes first.</param>
    public Definition? Find(string canonical, Definition from)
    {
        if (canonical.StartsWith('#')) return from.FindContained(canonical[1..]);

        var (name, fragment) = Split(canonical, '#');
        var (url, version) = Split(name, '|');
        var found = Contained(from, url, version) is { } contained ? contained
            : Best(data, url, version) is { } brought ? new Definition(brought)
            : Best(sources.Definitions(url).Select(document => document.Root), url, version) is { } known ? new Definition(known)
            : (Definition?)null;
        if (fragment is null || found is not { } holder) return found;
        return holder.FindContained(fragment);
    }

    private static Element? Best(IEnumerable<Element> candidates, string url, string? version)
    {
        var named = candidates.Where(candidate => candidate.TextOf("url") == url && (version is null || candidate.TextOf("version") == version)).ToList();
        if (named.Count == 0) return null;
        return named.OrderBy(candidate => PublicationPrecedence.Of(candidate.TextOf("status"))).ThenByDescending(candidate => candidate.TextOf("version"), BusinessVersionOrder.Instance).First();
    }

    private static Definition? Contained(Definition from, string url, string? version)
    {
        foreach (var holder in from.Holders)
        {
            var list = new List<Element>();
            foreach (var contained in holder.Children("contained")) list.Add(contained);
            if (Best(list, url, version) is { } found) return new Definition(found, holder);
        }

        return null;
    }

    private static (string Before, string? After) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
