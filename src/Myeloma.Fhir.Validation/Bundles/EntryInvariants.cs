using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Validation.Base;

namespace Myeloma.Fhir.Validation.Bundles;

/// <summary>The invariants of Bundle that its type decides for each entry, told of each entry that breaks them. https://hl7.org/fhir/R4/bundle.html#invs</summary>
internal static class EntryInvariants
{
    public static void Check(Element bundle, IssueList issues)
    {
        // Without a type, which the structural check misses, nothing follows.
        if (bundle.TextOf("type") is not { } type) return;
        if (type is not ("searchset" or "history") && bundle.Child("total") is { } total)
            Tell(issues, "bdl-1", total, $"A Bundle of type {type} has no total: only a searchset or history counts what was found.");

        var (asks, answers) = (type is "batch" or "transaction" or "history", type is "batch-response" or "transaction-response" or "history");
        HashSet<(string, string?)>? fullUrls = type == "history" ? null : [];
        foreach (var entry in bundle.Children("entry"))
        {
            if (type != "searchset" && entry.Child("search") is { } search)
                Tell(issues, "bdl-2", search, $"An entry of a {type} has no search: only an entry of a searchset tells why it was found.");
            Part(entry, "request", asks, "bdl-3", type, issues);
            Part(entry, "response", answers, "bdl-4", type, issues);
            if (entry.Child("fullUrl") is not { } fullUrl || fullUrl.Text is not { } url) continue;
            if (url.Contains("/_history/", StringComparison.Ordinal))
                Tell(issues, "bdl-8", fullUrl, $"The fullUrl {url} names a version; it ends before '/_history/', and the version stands in resource.meta.versionId.");
            if (fullUrls is not null && !fullUrls.Add((url, entry.Child("resource")?.Child("meta")?.TextOf("versionId"))))
                Tell(issues, "bdl-7", fullUrl, $"Another entry of this bundle has the fullUrl {url} too, and no meta.versionId tells the two apart.");
        }
    }

    private static void Part(Element entry, string name, bool isNeeded, string key, string type, IssueList issues)
    {
        var part = entry.Child(name);
        if (isNeeded && part is null) Tell(issues, key, entry, $"Each entry of a {type} has a {name}; this one has none.");
        if (!isNeeded && part is { } extra) Tell(issues, key, extra, $"An entry of a {type} has no {name}; leave it out or state the type of bundle that is meant.");
    }

    private static void Tell(IssueList issues, string key, Element element, string words) =>
        issues.Error(IssueType.Invariant, key, element, $"{words.TrimEnd('.')} ({key} of http://hl7.org/fhir/StructureDefinition/Bundle).");
}
