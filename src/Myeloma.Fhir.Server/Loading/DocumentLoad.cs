using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Review;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Server.Loading;

/// <summary>One load: documents, together with those that were loaded before, become one transaction.</summary>
internal static class DocumentLoad
{
    // Data of the program, the same for every load; read by the first.
    private static readonly Lazy<ReadingLexicon> Lexicon = new(ReadingLexicon.LoadEmbedded);
    private static readonly Lazy<CodeTables> Codes = new(CodeTables.LoadEmbedded);

    /// <summary>What a load came to.</summary>
    public sealed record Outcome(LoadResult Result, LoadPlan Plan);

    /// <summary>Finds out what a load would change, and changes nothing.</summary>
    /// <param name="target">Null: a place where nothing is stored yet.</param>
    /// <exception cref="Model.Issues.FhirException">A document that can't be taken, or a resource in the way.</exception>
    public static async Task<Outcome> PlanAsync(IReadOnlyList<SourceDocument> documents, ILoadTarget? target, CancellationToken cancellationToken)
    {
        var current = target is null ? [] : await target.LoadedAsync(cancellationToken);
        var decisions = target is null ? [] : Decisions(await target.ReviewsAsync(cancellationToken));
        var loader = new DocumentLoader(Lexicon.Value, Codes.Value, TimeProvider.System);
        var result = loader.Build([.. Stored(current), .. documents], decisions);
        if (target is not null)
        {
            var others = result.Resources.Select(built => (built.Type, built.Id)).Where(key => !current.ContainsKey(key)).ToList();
            foreach (var (key, json) in await target.FindAsync(others, cancellationToken)) current[key] = json;
        }

        return new Outcome(result, LoadPlan.Diff(result, current));
    }

    /// <summary>Builds some resources anew from the documents that are stored, under decisions of which some are not stored yet.</summary>
    /// <param name="decisions">Those that take the place of stored ones about the same statement.</param>
    /// <param name="resources">Relative references; what else a load would change now is left for the load.</param>
    /// <returns>What differs from what is stored, the Provenance of the resources among it, with the version it takes the place of; null for what is new.</returns>
    public static async Task<IReadOnlyList<(string Reference, byte[] Json, int? Version)>> ReviseAsync(
        ILoadTarget target, IReadOnlyList<byte[]> decisions, IReadOnlySet<string> resources, CancellationToken cancellationToken)
    {
        var current = await target.LoadedAsync(cancellationToken);
        var stored = Decisions(await target.ReviewsAsync(cancellationToken)).ToDictionary(decision => decision.Statement);
        foreach (var decision in Decisions(decisions)) stored[decision.Statement] = decision;
        var loader = new DocumentLoader(Lexicon.Value, Codes.Value, TimeProvider.System);
        var plan = LoadPlan.Diff(loader.Build(Stored(current), [.. stored.Values]), current);
        var entries = new List<(string, byte[], int?)>();
        foreach (var entry in ((JsonNode.Parse(plan.Transaction)!["entry"] as JsonArray) ?? []).Select(entry => (JsonObject)entry!["resource"]!))
        {
            var key = (entry["resourceType"]!.GetValue<string>(), entry["id"]!.GetValue<string>());
            var reference = $"{key.Item1}/{key.Item2}";
            if (!resources.Contains(reference) && !(entry["target"] is JsonArray targets && targets.Any(one => resources.Contains(one!["reference"]!.GetValue<string>())))) continue;
            entries.Add((reference, Encoding.UTF8.GetBytes(entry.ToJsonString()), current.TryGetValue(key, out var there) ? VersionOf(there) : null));
        }

        return entries;
    }

    private static int? VersionOf(byte[] stored) =>
        int.TryParse(JsonNode.Parse(stored)!["meta"]?["versionId"]?.GetValue<string>(), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    private static List<ReviewDecision> Decisions(IReadOnlyList<byte[]> provenances) => [.. provenances.Select(ReviewDecision.Read).OfType<ReviewDecision>()];

    /// <summary>The documents of earlier loads, from what is stored of them.</summary>
    private static List<SourceDocument> Stored(Dictionary<(string Type, string Id), byte[]> current)
    {
        List<SourceDocument> documents = [];
        foreach (var ((type, id), reference) in current)
        {
            if (type == "DocumentReference" && current.TryGetValue(("Binary", id), out var binary))
                documents.Add(StoredDocument.Read(reference, binary));
        }

        return documents;
    }
}
