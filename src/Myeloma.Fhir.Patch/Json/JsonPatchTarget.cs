using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Json;

/// <summary>The document while the operations of a JSON Patch change it.</summary>
internal sealed class JsonPatchTarget(JsonPart root, PatchLimits limits)
{
    private readonly long started = Stopwatch.GetTimestamp();
    private JsonPart root = root;

    public void Apply(JsonPatchOperation operation)
    {
        if (Stopwatch.GetElapsedTime(started) > limits.MaxTime) throw PatchFault.TooSlow(limits);
        switch (operation)
        {
            case JsonPatchOperation.Add add: Add(add.Path, PartOf(add.Value), add.Label); break;
            case JsonPatchOperation.Remove remove: Remove(remove.Path, remove.Label); break;
            case JsonPatchOperation.Replace replace: Replace(replace.Path, PartOf(replace.Value), replace.Label); break;
            case JsonPatchOperation.Move move: Move(move); break;
            case JsonPatchOperation.Copy copy: Add(copy.Path, Get(copy.From, copy.Label, "from").Copy(), copy.Label); break;
            case JsonPatchOperation.Test test: Test(test); break;
            default: throw new UnreachableException();
        }
    }

    public byte[] Finish()
    {
        Prune(root);
        return root.ToArray();
    }

    private void Add(JsonPointer path, JsonPart value, string label)
    {
        PatchFault.CheckSize(root.Length + value.Length, limits);
        if (path.Tokens.Count == 0)
        {
            root = value;
            return;
        }

        var container = Parent(path, label);
        var token = path.Tokens[^1];
        if (container.IsObject) container.Set(token, value);
        else if (JsonPointer.IndexOf(token, container.Members.Count) is >= 0 and var index) container.Insert(index, value);
        else throw NoItem(container, token, label);
    }

    private JsonPart Remove(JsonPointer path, string label)
    {
        if (path.Tokens.Count == 0) throw PatchFault.Inapplicable(label, "the whole document can't be removed.");
        var container = Parent(path, label);
        var member = Member(container, path.Tokens[^1], path.Tokens.Count - 1, path, label);
        container.Remove(member);
        return member.Value;
    }

    private void Replace(JsonPointer path, JsonPart value, string label)
    {
        PatchFault.CheckSize(root.Length + value.Length, limits);
        if (path.Tokens.Count == 0) root = value;
        else Member(Parent(path, label), path.Tokens[^1], path.Tokens.Count - 1, path, label).Value = value;
    }

    private void Move(JsonPatchOperation.Move move)
    {
        if (move.Path.IsBelow(move.From)) throw PatchFault.Inapplicable(move.Label, $"'{move.From}' can't be moved into itself.");
        if (move.Path.Tokens.SequenceEqual(move.From.Tokens)) Get(move.From, move.Label, "from");
        else Add(move.Path, Remove(move.From, move.Label), move.Label);
    }

    private void Test(JsonPatchOperation.Test test)
    {
        using var found = JsonDocument.Parse(Get(test.Path, test.Label, "path").ToArray(), new JsonDocumentOptions { MaxDepth = 4_000 });
        if (!JsonEquality.Equal(found.RootElement, test.Value))
            throw PatchFault.Inapplicable(test.Label, $"the value is {PatchFault.Shortened(found.RootElement.GetRawText())}, not {PatchFault.Shortened(test.Value.GetRawText())}.");
    }

    private JsonPart Get(JsonPointer pointer, string label, string role)
    {
        var part = root;
        for (var depth = 0; depth < pointer.Tokens.Count; depth++) part = Member(part, pointer.Tokens[depth], depth, pointer, role == "from" ? $"{label} from {pointer}" : label).Value;
        return part;
    }

    private JsonPart Parent(JsonPointer path, string label)
    {
        var part = root;
        for (var depth = 0; depth < path.Tokens.Count - 1; depth++) part = Member(part, path.Tokens[depth], depth, path, label).Value;
        return part.IsObject || part.IsArray ? part : throw PatchFault.Inapplicable(label, $"'{Prefix(path, path.Tokens.Count - 1)}' is neither object nor array.");
    }

    private static JsonMember Member(JsonPart container, string token, int depth, JsonPointer path, string label)
    {
        if (container.IsObject)
            return container.Find(token) ?? throw PatchFault.Inapplicable(label, $"there is nothing at '{Prefix(path, depth + 1)}'.");
        if (!container.IsArray) throw PatchFault.Inapplicable(label, $"there is nothing at '{Prefix(path, depth + 1)}'; '{Prefix(path, depth)}' is neither object nor array.");
        var index = JsonPointer.IndexOf(token, container.Members.Count);
        return index >= 0 && index < container.Members.Count ? container.Members[index] : throw NoItem(container, token, label);
    }

    private static FhirException NoItem(JsonPart container, string token, string label) => PatchFault.Inapplicable(
        label, FormattableString.Invariant($"'{PatchFault.Shortened(token)}' is no place in an array of {container.Members.Count} items; they count from 0, without leading zeros."));

    private static string Prefix(JsonPointer path, int count) =>
        PatchFault.Shortened(string.Concat(path.Tokens.Take(count).Select(token => "/" + token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))));

    private static JsonPart PartOf(JsonElement value) => new(JsonMarshal.GetRawUtf8Value(value).ToArray());

    /// <summary>Takes out what removals emptied, and what that empties in turn.</summary>
    private static void Prune(JsonPart part)
    {
        if (!part.IsOpen) return;
        foreach (var member in part.Members.ToList())
        {
            Prune(member.Value);
            if (member.Value.WasEmptied && member.Value.Members.Count == 0) part.Remove(member);
        }
    }
}
