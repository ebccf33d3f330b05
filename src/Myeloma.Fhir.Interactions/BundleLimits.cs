using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions;

/// <summary>What a transaction or batch may cost.</summary>
/// <param name="MaxEntries">Entries of one bundle.</param>
/// <param name="Parallel">Entries of a batch that are worked on at a time.</param>
public sealed record BundleLimits(int MaxEntries, int Parallel)
{
    /// <summary>The entries of a bundle.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>: more of them than allowed.</exception>
    internal List<Element> EntriesOf(ResourceDocument bundle)
    {
        var entries = bundle.Root.Children("entry").ToList();
        return entries.Count <= MaxEntries
            ? entries
            : throw new FhirException(Issue.TooCostly(
                FormattableString.Invariant($"The bundle has {entries.Count:N0} entries, more than the {MaxEntries:N0} allowed (setting Fhir:MaxBundleEntries)."),
                "Bundle.entry"));
    }
}
