using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>The writes of a transaction in the order that the specification gives them, references between its entries resolved.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#trules</remarks>
internal sealed class TransactionPlan
{
    private readonly List<(WriteOperation Operation, BundleEntry Entry)> writes = [];

    private TransactionPlan(IReadOnlyList<BundleEntry> entries) => Entries = entries;

    /// <summary>All entries in the order of the bundle.</summary>
    public IReadOnlyList<BundleEntry> Entries { get; }

    /// <summary>DELETE, then POST, then PUT, then PATCH; each kind in the order of the bundle.</summary>
    public IReadOnlyList<(WriteOperation Operation, BundleEntry Entry)> Writes => writes;

    /// <summary>Gives ids to what is created, rewrites references and orders the writes.</summary>
    /// <param name="issues">Takes the faults, with expressions from the bundle's root; with any of them the plan must not be used.</param>
    public static TransactionPlan Make(IReadOnlyList<BundleEntry> entries, InteractionContext context, Func<string> newId, List<Issue> issues)
    {
        var plan = new TransactionPlan(entries);
        var keys = new ResourceKey[entries.Count];
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Method is "POST") keys[i] = new(entry.Target.Type!, newId());
            else if (entry.Method is "PUT" or "PATCH" or "DELETE") keys[i] = new(entry.Target.Type!, entry.Target.Id!);
            else continue;
            if (entry.Resource is not null) Name(entry, keys[i], context, names, issues);
        }

        RefuseDoubles(entries, keys, issues);
        plan.Take(entries, keys, "DELETE", (entry, key) => new WriteOperation.Delete(key, entry.IfMatch));
        plan.Take(entries, keys, "POST", (entry, key) => new WriteOperation.Create(key, Rewritten(entry, names, issues)));
        plan.Take(entries, keys, "PUT", (entry, key) => new WriteOperation.Update(key, Rewritten(entry, names, issues), entry.IfMatch));
        plan.Take(entries, keys, "PATCH", (entry, key) => new WriteOperation.Update(key, Rewritten(entry, names, issues), entry.IfMatch));
        return plan;
    }

    private void Take(IReadOnlyList<BundleEntry> entries, ResourceKey[] keys, string method, Func<BundleEntry, ResourceKey, WriteOperation> operation)
    {
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].Method == method) writes.Add((operation(entries[i], keys[i]), entries[i]));
    }

    /// <summary>What other entries call this one by: its fullUrl. One that is updated has its address already, so that only a urn needs to be replaced.</summary>
    private static void Name(BundleEntry entry, ResourceKey key, InteractionContext context, Dictionary<string, string> names, List<Issue> issues)
    {
        if (entry.FullUrl is not { } fullUrl || fullUrl == context.FullUrl(key.Type, key.Id)) return;
        if (entry.Method is "PUT" or "PATCH" && !fullUrl.StartsWith("urn:", StringComparison.Ordinal)) return;
        if (!names.TryAdd(fullUrl, key.ToString()))
            issues.Add(Issue.Invalid($"Two entries have the fullUrl '{fullUrl}'; references to it would be ambiguous.", $"{entry.Expression}.fullUrl"));
    }

    private static void RefuseDoubles(IReadOnlyList<BundleEntry> entries, ResourceKey[] keys, List<Issue> issues)
    {
        var first = new Dictionary<ResourceKey, int>();
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Method is not ("PUT" or "PATCH" or "DELETE")) continue;
            if (!first.TryAdd(keys[i], i))
            {
                issues.Add(Issue.Invalid(
                    $"{keys[i]} is already addressed by {entries[first[keys[i]]].Expression}; a transaction may change a resource only once.",
                    $"{entries[i].Expression}.request.url"));
            }
        }
    }

    private static ResourceDocument Rewritten(BundleEntry entry, Dictionary<string, string> names, List<Issue> issues)
    {
        var document = entry.Resource!;
        if (names.Count > 0) document = ReferenceRewrite.Apply(document, names);
        RefuseUnresolved(document.Root, entry, issues);
        return document;
    }

    /// <summary>A reference that still is a urn:uuid, or a search, would point nowhere once it is stored.</summary>
    private static void RefuseUnresolved(Element element, BundleEntry entry, List<Issue> issues)
    {
        foreach (var child in element.Children())
        {
            if (child.IsPrimitive) continue;
            if (child.Type.Name == "Reference" && child.TextOf("reference") is { } reference)
            {
                var urn = reference.StartsWith("urn:uuid:", StringComparison.Ordinal) || reference.StartsWith("urn:oid:", StringComparison.Ordinal);
                if (urn || reference.Contains('?'))
                {
                    var path = child.Document.ExpressionOf(child);
                    var expression = $"{entry.Expression}.resource{path[path.IndexOf('.')..]}.reference";
                    issues.Add(urn
                        ? Issue.Invalid($"No entry of the bundle has the fullUrl '{reference}'.", expression)
                        : Issue.NotSupported($"The conditional reference '{reference}' is not resolved here; refer to a resource by its id or by a fullUrl of the bundle.", expression));
                }
            }

            RefuseUnresolved(child, entry, issues);
        }
    }
}
