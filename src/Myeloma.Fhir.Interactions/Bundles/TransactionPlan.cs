using Myeloma.Fhir.Interactions.Conditions;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Bundles;

/// <summary>The writes of a transaction in the order that the specification gives them, references between its entries resolved.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#trules</remarks>
internal sealed class TransactionPlan
{
    /// <summary><see cref="Issue.MessageId"/> of a reference to an entry that is not there.</summary>
    public const string UnknownFullUrl = "unknown-full-url";

    private readonly IReadOnlyList<BundleEntry> entries;
    private readonly TransactionConditions conditions;
    private readonly IReadOnlyList<IReadOnlyList<ConditionMatch>> matches;
    private readonly InteractionContext context;
    private readonly List<Issue> issues;
    private readonly List<(WriteOperation Operation, BundleEntry Entry)> writes = [];

    // By place in the list of entries. A conditional delete has as many keys as matches, a read none.
    private readonly ResourceKey[][] keys;
    private readonly ConditionMatch?[] matched;
    private readonly HashSet<ResourceKey> deleted = [];
    private readonly HashSet<ResourceKey> created = [];
    private readonly Dictionary<(string Type, string Criteria), int> creations = [];
    private readonly bool[] isRepeated;
    private readonly Dictionary<string, ResourceKey> names = new(StringComparer.Ordinal);

    private TransactionPlan(
        IReadOnlyList<BundleEntry> entries, TransactionConditions conditions, IReadOnlyList<IReadOnlyList<ConditionMatch>> matches, InteractionContext context, List<Issue> issues)
    {
        this.entries = entries;
        this.conditions = conditions;
        this.matches = matches;
        this.context = context;
        this.issues = issues;
        keys = new ResourceKey[entries.Count][];
        matched = new ConditionMatch?[entries.Count];
        isRepeated = new bool[entries.Count];
    }

    /// <summary>DELETE, then POST, then PUT, then PATCH; each kind in the order of the bundle.</summary>
    public IReadOnlyList<(WriteOperation Operation, BundleEntry Entry)> Writes => writes;

    /// <summary>Creations that an earlier one with the same criteria stands for, and which.</summary>
    public List<(BundleEntry Entry, BundleEntry Same)> Repeated { get; } = [];

    /// <summary>Gives ids to what is created, rewrites references and orders the writes.</summary>
    /// <param name="matches">What the conditions found, in their order; none for each of them gives the faults that need no search.</param>
    /// <param name="maxDeletes">Most resources that one conditional delete takes away.</param>
    /// <param name="issues">Takes the faults, with expressions from the bundle's root; with any of them the plan must not be used.</param>
    public static TransactionPlan Make(
        IReadOnlyList<BundleEntry> entries, TransactionConditions conditions, IReadOnlyList<IReadOnlyList<ConditionMatch>> matches,
        InteractionContext context, int maxDeletes, Func<string> newId, List<Issue> issues)
    {
        var plan = new TransactionPlan(entries, conditions, matches, context, issues);
        plan.GiveKeys("DELETE", (entry, _) => plan.KeysToDelete(entry, maxDeletes));
        plan.GiveKeys("POST", (entry, at) => plan.KeyToCreate(entry, at, newId));
        plan.GiveKeys("PUT", (entry, at) => plan.KeyToUpdate(entry, at, newId));
        plan.GiveKeys("PATCH", (entry, _) => [new(entry.Target.Type!, entry.Target.Id!)]);
        plan.NameAll();
        plan.RefuseDoubles();
        plan.Take("DELETE", (entry, key, at) => new WriteOperation.Delete(key, entry.IfMatch) { MatchedVersion = plan.VersionFound(entry, key) });
        plan.Take("POST", (entry, key, at) => plan.matched[at] is { } match
            ? new WriteOperation.Keep(key) { MatchedVersion = match.VersionId }
            : new WriteOperation.Create(key, plan.Rewritten(entry, null)));
        plan.Take("PUT", (entry, key, at) => entry.Criteria is not null && plan.matched[at] is null
            ? new WriteOperation.Create(key, plan.Rewritten(entry, null))
            : new WriteOperation.Update(key, plan.Rewritten(entry, null), entry.IfMatch) { MatchedVersion = plan.matched[at]?.VersionId, OnlyIfAbsent = entry.OnlyIfAbsent });
        plan.Take("PATCH", (entry, key, _) => new WriteOperation.Update(key, plan.Rewritten(entry, null), entry.IfMatch));
        return plan;
    }

    /// <summary>The documents with conditional references, by what these find when everything else is written. https://hl7.org/fhir/R4/http.html#trules, step 5</summary>
    /// <exception cref="FhirException"><c>invalid</c>, <c>multiple-matches</c> (412): a reference that finds none, or several; all of them together.</exception>
    public Dictionary<ResourceKey, ResourceDocument> Complete(IReadOnlyList<IReadOnlyList<ConditionMatch>> found)
    {
        var byReference = conditions.ByReference(found);
        var documents = new Dictionary<ResourceKey, ResourceDocument>();
        foreach (var (operation, entry) in writes)
        {
            var before = operation switch
            {
                WriteOperation.Create create => create.Document,
                WriteOperation.Update update => update.Document,
                _ => null,
            };
            if (before is null || entry.Resource!.Bytes.Span.IndexOf((byte)'?') < 0) continue;
            var document = Rewritten(entry, byReference);
            if (!document.Bytes.Span.SequenceEqual(before.Bytes.Span)) documents[operation.Key] = document;
        }

        return issues.Count == 0 ? documents : throw new FhirException(issues);
    }

    private void GiveKeys(string method, Func<BundleEntry, int, ResourceKey[]> keysOf)
    {
        for (var at = 0; at < entries.Count; at++)
            if (entries[at].Method == method) keys[at] = keysOf(entries[at], at);
    }

    private ResourceKey[] KeysToDelete(BundleEntry entry, int most)
    {
        if (conditions.Of(entry) is not { } condition)
        {
            ResourceKey key = new(entry.Target.Type!, entry.Target.Id!);
            deleted.Add(key);
            return [key];
        }

        if (matches[condition].Count > most) issues.Add(ConditionIssues.TooManyMatch(entry.Target.Type!, most, $"{entry.Expression}.request.url"));
        return [.. matches[condition].Select(match => match.Key).Where(deleted.Add)];
    }

    private ResourceKey[] KeyToCreate(BundleEntry entry, int at, Func<string> newId)
    {
        var type = entry.Target.Type!;
        if (conditions.Of(entry) is not { } condition) return [Created(new(type, newId()))];
        switch (Remaining(matches[condition]))
        {
            case []:
                if (creations.TryAdd((type, entry.Criteria!), at)) return [Created(new(type, newId()))];

                // By the order of processing the earlier one exists when this one looks.
                var earlier = creations[(type, entry.Criteria!)];
                isRepeated[at] = true;
                Repeated.Add((entry, entries[earlier]));
                return keys[earlier];
            case [var match]:
                matched[at] = match;
                return [match.Key];
            default:
                issues.Add(ConditionIssues.SeveralMatch(type, "conditional create", $"{entry.Expression}.request.ifNoneExist"));
                return [];
        }
    }

    private ResourceKey[] KeyToUpdate(BundleEntry entry, int at, Func<string> newId)
    {
        var type = entry.Target.Type!;
        var own = entry.Resource!.Id;
        if (conditions.Of(entry) is not { } condition) return [new(type, entry.Target.Id!)];
        switch (Remaining(matches[condition]))
        {
            case []:
                if (entry.IfMatch is { } version && matches[condition].Count == 0 && matches is not Unsearched)
                    issues.Add(ConditionIssues.NoneToMatch(type, version, $"{entry.Expression}.request.ifMatch") with { MessageId = OutcomeStatus.PreconditionFailed });
                return [Created(new(type, own ?? newId()))];
            case [var match, ..] when entry.OnlyIfAbsent:
                issues.Add(ConditionIssues.MustNotMatch(match.Key, $"{entry.Expression}.request.ifNoneMatch"));
                return [];
            case [var match]:
                if (own is not null && own != match.Key.Id) issues.Add(ConditionIssues.OtherId(type, own, match.Key.Id, $"{entry.Expression}.resource.id"));
                matched[at] = match;
                return [match.Key];
            default:
                issues.Add(ConditionIssues.SeveralMatch(type, "conditional update", $"{entry.Expression}.request.url"));
                return [];
        }
    }

    private ResourceKey Created(ResourceKey key)
    {
        created.Add(key);
        return key;
    }

    /// <summary>Deletions come first, so that what they take away matches no more.</summary>
    private List<ConditionMatch> Remaining(IReadOnlyList<ConditionMatch> found) => [.. found.Where(match => !deleted.Contains(match.Key))];

    private int? VersionFound(BundleEntry entry, ResourceKey key) =>
        conditions.Of(entry) is { } condition ? matches[condition].First(match => match.Key == key).VersionId : null;

    private void Take(string method, Func<BundleEntry, ResourceKey, int, WriteOperation> operation)
    {
        for (var at = 0; at < entries.Count; at++)
        {
            var entry = entries[at];
            if (entry.Method != method || isRepeated[at]) continue;
            foreach (var key in keys[at]) writes.Add((operation(entry, key, at), entry));
        }
    }

    /// <summary>What other entries call this one by: its fullUrl. One that is updated has its address already, so that only a urn needs to be replaced.</summary>
    private void NameAll()
    {
        for (var at = 0; at < entries.Count; at++)
        {
            var entry = entries[at];
            if (entry.Resource is null || keys[at] is not [var key] || entry.FullUrl is not { } fullUrl || fullUrl == context.FullUrl(key.Type, key.Id)) continue;
            if (entry.Method is "PUT" or "PATCH" && entry.Criteria is null && !fullUrl.StartsWith("urn:", StringComparison.Ordinal)) continue;
            if (!names.TryAdd(fullUrl, key))
                issues.Add(Issue.Invalid($"Two entries have the fullUrl '{fullUrl}'; references to it would be ambiguous.", $"{entry.Expression}.fullUrl"));
        }
    }

    private void RefuseDoubles()
    {
        var first = new Dictionary<ResourceKey, int>();
        for (var at = 0; at < entries.Count; at++)
        {
            if (entries[at].Method is not ("PUT" or "PATCH" or "DELETE")) continue;
            foreach (var key in keys[at])
            {
                if (first.TryAdd(key, at)) continue;
                issues.Add(Issue.Invalid(
                    $"{key} is already addressed by {entries[first[key]].Expression}; a transaction may change a resource only once.",
                    $"{entries[at].Expression}.request.url"));
            }
        }
    }

    /// <param name="found">What conditional references find after the writes; null before them, when those without a match stay as they are.</param>
    private ResourceDocument Rewritten(BundleEntry entry, Dictionary<string, IReadOnlyList<ConditionMatch>>? found)
    {
        var document = entry.Resource!;
        if (names.Count > 0 || conditions.References.Count > 0) document = ReferenceRewrite.Apply(document, text => Replacement(entry, text, found));
        RefuseUnresolved(document.Root, entry, found);
        return document;
    }

    private string? Replacement(BundleEntry entry, string text, Dictionary<string, IReadOnlyList<ConditionMatch>>? found)
    {
        if (names.TryGetValue(text, out var key)) return key.ToString();
        if (conditions.Of(text) is { } condition)
            return Remaining(found is null ? matches[condition] : found[text]) is [var match] ? match.Key.ToString() : null;
        if (names.Count == 0) return null;

        // A version of an entry can only be the one that it gets now, and that is known for what is new.
        var history = text.IndexOf("/_history/", StringComparison.Ordinal);
        var name = history < 0 ? text : text[..history];
        if (!names.TryGetValue(name, out key) && !(Absolute(entry, name) is { } absolute && names.TryGetValue(absolute, out key))) return null;
        return history < 0 ? key.ToString() : created.Contains(key) ? $"{key}/_history/1" : $"{key}{text[history..]}";
    }

    /// <summary>A relative reference is relative to the fullUrl of its entry, where that is an address. https://hl7.org/fhir/R4/bundle.html#references</summary>
    private static string? Absolute(BundleEntry entry, string text)
    {
        if (entry.FullUrl is not { } fullUrl || !fullUrl.StartsWith("http", StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal)) return null;
        var id = fullUrl.LastIndexOf('/');
        var type = id <= 0 ? -1 : fullUrl.LastIndexOf('/', id - 1);
        return type < 0 ? null : fullUrl[..(type + 1)] + text;
    }

    /// <summary>A reference that still is a urn:uuid, or a search, would point nowhere once it is stored.</summary>
    private void RefuseUnresolved(Element element, BundleEntry entry, Dictionary<string, IReadOnlyList<ConditionMatch>>? found)
    {
        foreach (var child in element.Children())
        {
            if (child.IsPrimitive) continue;
            if (child.Type.Name == "Reference" && child.TextOf("reference") is { } reference && Fault(reference, found) is { } fault)
            {
                var path = child.Document.ExpressionOf(child);
                issues.Add(fault with { Expression = $"{entry.Expression}.resource{path[path.IndexOf('.', StringComparison.Ordinal)..]}.reference" });
            }

            RefuseUnresolved(child, entry, found);
        }
    }

    private Issue? Fault(string reference, Dictionary<string, IReadOnlyList<ConditionMatch>>? found)
    {
        if (reference.StartsWith("urn:uuid:", StringComparison.Ordinal) || reference.StartsWith("urn:oid:", StringComparison.Ordinal))
            return Issue.Invalid($"No entry of the bundle has the fullUrl '{reference}'.") with { MessageId = UnknownFullUrl };
        if (conditions.Of(reference) is not { } condition) return null;
        return Remaining(found is null ? matches[condition] : found[reference]).Count switch
        {
            0 when found is null => null,
            0 => Issue.Invalid($"Nothing matches the conditional reference '{reference}', neither on this server nor in the bundle."),
            _ => Issue.MultipleMatches($"More than one resource matches the conditional reference '{reference}'; it has to be one."),
        };
    }

    /// <summary>No matches for each of so many conditions: for a plan that only finds faults.</summary>
    internal sealed class Unsearched(int count) : IReadOnlyList<IReadOnlyList<ConditionMatch>>
    {
        public int Count => count;

        public IReadOnlyList<ConditionMatch> this[int index] => [];

        public IEnumerator<IReadOnlyList<ConditionMatch>> GetEnumerator() => Enumerable.Repeat<IReadOnlyList<ConditionMatch>>([], count).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
