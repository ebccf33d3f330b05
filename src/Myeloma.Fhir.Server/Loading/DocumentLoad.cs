using Myeloma.Fhir.Loader;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Lexicon;
using Myeloma.Fhir.Loader.Text;

namespace Myeloma.Fhir.Server.Loading;

/// <summary>One load: documents, together with those that were loaded before, become one transaction.</summary>
internal static class DocumentLoad
{
    /// <summary>What a load came to.</summary>
    public sealed record Outcome(LoadResult Result, LoadPlan Plan);

    /// <summary>Finds out what a load would change, and changes nothing.</summary>
    /// <param name="target">Null: a place where nothing is stored yet.</param>
    /// <exception cref="Model.Issues.FhirException">A document that can't be taken, or a resource in the way.</exception>
    public static async Task<Outcome> PlanAsync(IReadOnlyList<SourceDocument> documents, ILoadTarget? target, CancellationToken cancellationToken)
    {
        var current = target is null ? [] : await target.LoadedAsync(cancellationToken);
        var loader = new DocumentLoader(ReadingLexicon.LoadEmbedded(), CodeTables.LoadEmbedded(), TimeProvider.System);
        var result = loader.Build([.. Stored(current), .. documents]);
        if (target is not null)
        {
            var others = result.Resources.Select(built => (built.Type, built.Id)).Where(key => !current.ContainsKey(key)).ToList();
            foreach (var (key, json) in await target.FindAsync(others, cancellationToken)) current[key] = json;
        }

        return new Outcome(result, LoadPlan.Diff(result, current));
    }

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
