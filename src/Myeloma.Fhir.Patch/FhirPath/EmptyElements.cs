using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Patch.Json;

namespace Myeloma.Fhir.Patch.FhirPath;

/// <summary>Takes out elements that have no content: FHIR has no empty objects and arrays. https://hl7.org/fhir/R4/json.html</summary>
internal static class EmptyElements
{
    /// <returns>The same document when it holds none.</returns>
    public static ResourceDocument Removed(ResourceDocument document, PatchLimits limits)
    {
        if (!HoldsEmpty(document.Bytes.Span)) return document;
        var root = new JsonPart(document.Bytes);
        Prune(root);
        return ResourceDocument.Parse(root.ToArray(), document.Schema, limits.Parse);
    }

    private static bool HoldsEmpty(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4_000 });
        var before = JsonTokenType.None;
        while (reader.Read())
        {
            if ((before, reader.TokenType) is (JsonTokenType.StartObject, JsonTokenType.EndObject) or (JsonTokenType.StartArray, JsonTokenType.EndArray)) return true;
            before = reader.TokenType;
        }

        return false;
    }

    private static void Prune(JsonPart part)
    {
        foreach (var member in part.Members.ToList())
        {
            var value = member.Value;
            if (value.IsArray) PruneItems(value, isOfCompanions: member.Name is ['_', ..]);
            else if (value.IsObject) Prune(value);
            else continue;
            if (value.Members.Count == 0) part.Remove(member);
        }

        foreach (var member in part.Members.ToList())
            if (member.Name is { Length: > 1 } name && name[0] == '_' && member.Value.IsArray) Align(part, member, part.Find(name[1..]));
    }

    /// <summary>An empty item becomes null for now, since its place may count for the other array of a primitive.</summary>
    private static void PruneItems(JsonPart array, bool isOfCompanions)
    {
        foreach (var member in array.Members.ToList())
        {
            if (!member.Value.IsObject) continue;
            Prune(member.Value);
            if (member.Value.Members.Count == 0) member.Value = JsonPart.Null();
        }

        if (!isOfCompanions && array.Members.All(member => member.Value.IsObject || member.Value.IsNull)) array.SetItems([.. array.Members.Select(member => member.Value).Where(value => !value.IsNull)]);
    }

    private static void Align(JsonPart owner, JsonMember companions, JsonMember? values)
    {
        var count = companions.Value.Members.Count;
        if (values is { Value.IsArray: true } && values.Value.Members.Count > count) count = values.Value.Members.Count;
        var kept = Enumerable.Range(0, count).Where(index => At(companions, index) is not null || At(values, index) is not null).ToList();
        Store(owner, companions, kept);
        if (values is { Value.IsArray: true }) Store(owner, values, kept);
    }

    private static void Store(JsonPart owner, JsonMember member, List<int> kept)
    {
        var items = kept.ConvertAll(index => At(member, index));
        if (items.TrueForAll(item => item is null)) owner.Remove(member);
        else member.Value.SetItems(items.ConvertAll(item => item ?? JsonPart.Null()));
    }

    private static JsonPart? At(JsonMember? member, int index) =>
        member is { Value.IsArray: true } && index < member.Value.Members.Count && member.Value.Members[index].Value is { IsNull: false } value ? value : null;
}
