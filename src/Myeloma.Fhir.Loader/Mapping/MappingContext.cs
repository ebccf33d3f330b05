using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Review;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>What the mappers share: the facts, the code tables, and the resources made so far.</summary>
internal sealed class MappingContext(FactSet facts, CodeTables codes, IReadOnlyDictionary<string, ReviewDecision> decisions)
{
    private readonly SortedDictionary<string, Draft> drafts = new(StringComparer.Ordinal);

    public FactSet Facts => facts;
    public CodeTables Codes => codes;

    /// <summary>What people decided, by the id of the statement.</summary>
    public IReadOnlyDictionary<string, ReviewDecision> Decisions => decisions;

    public FactLedger Ledger { get; } = new();

    /// <summary>In ordinal order of <c>type/id</c>.</summary>
    public IEnumerable<Draft> Drafts => drafts.Values;

    /// <summary>A new resource. Making the same one twice is a fault of the mapping.</summary>
    public Draft Add(string type, string id)
    {
        var draft = new Draft(type, id, Ledger);
        drafts.Add(draft.Reference, draft);
        return draft;
    }

    public Draft? Find(string type, string id) => drafts.GetValueOrDefault($"{type}/{id}");

    /// <summary>A new resource that has a canonical address.</summary>
    public Draft AddArtifact(string type, string id, string name, string title, string status)
    {
        var draft = Add(type, id);
        draft.Json.Set("url", Canonicals.Of(type, id)).Set("version", Canonicals.Version).Set("name", name).Set("title", title)
            .Set("status", status).Set("experimental", true);
        return draft;
    }

    public List<BuiltResource> Build() =>
        [.. drafts.Values.Select(draft => new BuiltResource(draft.Type, draft.Id, Bytes(draft.Json)))];

    private static byte[] Bytes(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) json.WriteTo(writer);
        return stream.ToArray();
    }
}
