using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>The faults of a bundle against the schema, each with the entry it stands in.</summary>
internal sealed class EntryFaults
{
    private readonly List<Issue>?[] byEntry;

    /// <param name="count">How many entries the bundle has.</param>
    public EntryFaults(ResourceDocument bundle, int count)
    {
        byEntry = new List<Issue>?[count];
        foreach (var issue in ResourceIntake.Errors(bundle))
        {
            if (EntryIndex(issue.Expression) is { } index && index < count) (byEntry[index] ??= []).Add(issue);
            else Outside.Add(issue);
        }
    }

    /// <summary>Those of the bundle itself.</summary>
    public List<Issue> Outside { get; } = [];

    /// <summary>Those of one entry, empty when it is sound; the list is the caller's to add to.</summary>
    public List<Issue> Of(int index) => byEntry[index] ?? [];

    /// <summary>The entry that an expression from the bundle's root leads into; null for another place.</summary>
    public static int? EntryIndex(string? expression)
    {
        const string prefix = "Bundle.entry[";
        if (expression is null || !expression.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var end = expression.IndexOf(']', StringComparison.Ordinal);
        return int.TryParse(expression.AsSpan(prefix.Length, end - prefix.Length), out var index) ? index : null;
    }
}
