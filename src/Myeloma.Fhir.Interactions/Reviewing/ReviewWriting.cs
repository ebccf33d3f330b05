using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>Builds resources anew from the documents that are stored, under decisions of which some are not stored yet.</summary>
/// <param name="decisions">Those that take the place of stored ones about the same statement, each as a Provenance.</param>
/// <param name="resources">Relative references of the resources that are wanted.</param>
/// <returns>What differs from what is stored: the resources and their Provenance, with the version that each is to take the place of; null for one that is new.</returns>
public delegate Task<IReadOnlyList<(string Reference, byte[] Json, int? Version)>> BuildAnew(IReadOnlyList<byte[]> decisions, IReadOnlySet<string> resources, CancellationToken cancellationToken);

/// <summary>Stores what reviews come to, each in one transaction.</summary>
/// <param name="transaction">Asked for when something is written: operations are wired before it.</param>
public sealed class ReviewWriting(ResourceStore store, StatementRegister register, Func<TransactionInteraction> transaction, TimeProvider time)
{
    private const int MaxRepeats = 4;

    /// <summary>Set when the server is wired: the loader is not known here.</summary>
    public BuildAnew? BuildAnew { get; set; }

    /// <summary>Decides about statements.</summary>
    /// <exception cref="FhirException">As <see cref="ReviewDecideOperation.HandleAsync"/> has it.</exception>
    public async Task<IReadOnlyList<StatementDecision>> DecideAsync(
        IReadOnlyList<string> ids, string verdict, string? note, IReadOnlyList<(StatementCorrection Correction, string? Expression)> corrections, Reviewer reviewer, InteractionContext context, CancellationToken cancellationToken)
    {
        for (var repeat = 0; ; repeat++)
        {
            try
            {
                return await DecideOnceAsync(ids, verdict, note, corrections, reviewer, context, cancellationToken);
            }
            catch (FhirException fault) when (repeat < MaxRepeats && fault.Issues.All(issue => issue.MessageId is OutcomeStatus.PreconditionFailed or OutcomeStatus.VersionConflict))
            {
                // Somebody decided about the same resource meanwhile; what was built does not have that in it.
            }
        }
    }

    private async Task<IReadOnlyList<StatementDecision>> DecideOnceAsync(
        IReadOnlyList<string> ids, string verdict, string? note, IReadOnlyList<(StatementCorrection Correction, string? Expression)> corrections, Reviewer reviewer, InteractionContext context, CancellationToken cancellationToken)
    {
        var known = (await register.FindAsync(null, cancellationToken)).ToLookup(statement => statement.Id, StringComparer.Ordinal);
        var faults = ids.Where(id => !known.Contains(id)).Select(id => Issue.NotFound($"No statement {id} is made by what is loaded now; if there was one, its words or what was read from them have changed.")).ToList();
        if (faults.Count > 0) throw new FhirException(faults);

        var reader = new StatementViews(store);
        var views = new List<StatementView>();
        foreach (var id in ids) views.Add(await reader.DecidableAsync(known[id], cancellationToken));
        var now = StatementDecision.Instant(time.GetUtcNow());
        var decisions = new List<StatementDecision>();
        foreach (var view in views)
        {
            var statement = view.Statement;
            if (view.Status == "active" && ReviewRules.Releasable.Contains(statement.Resource.Split('/')[0]))
                faults.Add(Issue.BusinessRule($"{statement.Resource} is active; what was released is changed by a new version of it, which the load of a changed document makes, and not by deciding anew."));

            if (view.IsChanged)
                faults.Add(Issue.BusinessRule($"{statement.Element} of {statement.Resource} is not what the loader read: somebody changed it afterwards. Load the documents again, which puts back what they say, and decide then.", statement.Element));

            // What was read stays on record, and not what a correction made of it.
            var value = statement.Decision?.Value ?? view.Value;
            var json = value is null or "" ? null : JsonNode.Parse(value);
            faults.AddRange(corrections.Select(one => StatementElement.Fault(json, one.Correction, one.Expression)).OfType<Issue>());
            decisions.Add(new StatementDecision(
                statement.Id, statement.Resource, verdict, statement.Element ?? statement.Decision!.Element, value, statement.Sources.Count == 0 ? statement.Decision!.Words : [.. view.Sources.Select(source => source.Words).OfType<string>().Distinct()],
                note, reviewer.Name, reviewer.Reference, now, [.. corrections.Select(one => one.Correction)]));
        }

        if (faults.Count > 0) throw new FhirException(faults);
        var entries = new List<(string, byte[], int?)>();
        foreach (var decision in decisions) entries.Add((decision.Provenance, decision.ToProvenance(), await VersionAsync(decision.Provenance, cancellationToken)));
        var changed = decisions.Where(decision => decision.Verdict != "approved" || known[decision.Statement].First().Decision is { Verdict: not "approved" }).Select(decision => decision.Resource).ToHashSet(StringComparer.Ordinal);
        if (changed.Count > 0) entries.AddRange(await BuildAnew!([.. decisions.Select(decision => decision.ToProvenance())], changed, cancellationToken));
        await WriteAsync(entries, context, cancellationToken);
        return decisions;
    }

    /// <summary>Writes entries as a review may.</summary>
    /// <param name="entries">The version: the one that has to be current, null for what must not exist.</param>
    internal async Task WriteAsync(IReadOnlyList<(string Reference, byte[] Json, int? Version)> entries, InteractionContext context, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "transaction");
            writer.WriteStartArray("entry");
            foreach (var (reference, json, version) in entries)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("resource");
                writer.WriteRawValue(json, skipInputValidation: true);
                writer.WriteStartObject("request");
                writer.WriteString("method", "PUT");
                writer.WriteString("url", reference);
                if (version is { } number) writer.WriteString("ifMatch", FormattableString.Invariant($"W/\"{number}\""));
                else writer.WriteString("ifNoneMatch", "*");
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await transaction().HandleAsync(ResourceDocument.Parse(stream.ToArray()), context with { IsReview = true, Return = null }, cancellationToken);
    }

    /// <returns>The current version; null when there is none.</returns>
    internal async Task<int?> VersionAsync(string reference, CancellationToken cancellationToken)
    {
        var parts = reference.Split('/');
        return await store.FindAsync(new ResourceKey(parts[0], parts[1]), cancellationToken) is { IsDeleted: false } version ? version.VersionId : null;
    }
}
