using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>What is wrong with a bundle, from all stages of its reading, so that it is told at once; follow-up faults of a broken entry left out.</summary>
internal sealed class BundleFaults(List<Element> elements)
{
    private readonly List<Issue> issues = [];
    private readonly List<Issue> refusals = [];
    private readonly List<Issue> remarks = [];

    /// <summary>The entries as they came.</summary>
    public List<Element> Elements => elements;

    public bool Any => issues.Count > 0 || refusals.Count > 0;

    /// <summary>Takes faults with expressions from the bundle's root. One that only says that an entry which is broken itself is missing is no fault of its own.</summary>
    public void Add(IReadOnlyList<Issue> found)
    {
        if (!found.Any(issue => issue.MessageId == TransactionPlan.UnknownFullUrl))
        {
            issues.AddRange(found);
            return;
        }

        var broken = Broken(element => element.TextOf("fullUrl"));
        issues.AddRange(found.Where(issue => issue.MessageId != TransactionPlan.UnknownFullUrl || !broken.Contains(Between(issue.Diagnostics, "the fullUrl '", "'."))));
    }

    /// <summary>Takes what validation refuses, and what it tells besides.</summary>
    public void AddRefusals(EntryVerdict verdict)
    {
        refusals.AddRange(verdict.Refusals);
        if (verdict.Refusals.Count > 0) remarks.AddRange(verdict.Remarks.SelectMany(each => each ?? []));
    }

    /// <summary>Takes what the store has against the sound entries. That they refer to what a broken one would have stored is no fault of theirs.</summary>
    public void AddObstacles(IReadOnlyList<Issue> found)
    {
        var broken = Broken(element => element.Child("request")?.TextOf("url"));
        issues.AddRange(found.Where(issue => !broken.Contains(Between(issue.Diagnostics, " refers to ", ", which "))));
    }

    /// <exception cref="FhirException">All of it, in the order of the stages; the status is that of the first.</exception>
    public void Throw()
    {
        if (!Any) return;
        if (issues.Count == 0) throw WriteValidation.Refusal(refusals, remarks);
        throw new FhirException([.. issues, .. refusals, .. remarks]);
    }

    /// <summary>What the entries of which a fault is known have at one place.</summary>
    private HashSet<string> Broken(Func<Element, string?> place) =>
    [
        .. issues.Select(issue => EntryFaults.EntryIndex(issue.Expression)).OfType<int>().Distinct()
            .Where(index => index < elements.Count).Select(index => place(elements[index])).OfType<string>(),
    ];

    private static string Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0) return "";
        start += before.Length;
        var end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? "" : text[start..end];
    }
}

/// <summary>What validation says of the entries of a bundle.</summary>
/// <param name="Refusals">Of all entries, in their order, with expressions from the bundle's root.</param>
/// <param name="Remarks">By entry; null for one without any.</param>
internal sealed record EntryVerdict(IReadOnlyList<Issue> Refusals, IReadOnlyList<IReadOnlyList<Issue>?> Remarks);
