using System.Collections.Frozen;
using System.Globalization;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Requests;

/// <summary>The places below the base URL that interactions address. https://hl7.org/fhir/R4/http.html#summary</summary>
public enum TargetKind
{
    /// <summary><c>[base]</c></summary>
    System,

    /// <summary><c>[base]/metadata</c></summary>
    Metadata,

    /// <summary><c>[base]/_history</c></summary>
    SystemHistory,

    /// <summary><c>[base]/_search</c></summary>
    SystemSearch,

    /// <summary><c>[base]/[type]</c></summary>
    Type,

    /// <summary><c>[base]/[type]/_search</c></summary>
    TypeSearch,

    /// <summary><c>[base]/[type]/_history</c></summary>
    TypeHistory,

    /// <summary><c>[base]/[type]/[id]</c></summary>
    Instance,

    /// <summary><c>[base]/[type]/[id]/_history</c></summary>
    InstanceHistory,

    /// <summary><c>[base]/[type]/[id]/_history/[vid]</c></summary>
    Version,

    /// <summary><c>[base]/$name</c></summary>
    SystemOperation,

    /// <summary><c>[base]/[type]/$name</c></summary>
    TypeOperation,

    /// <summary><c>[base]/[type]/[id]/$name</c></summary>
    InstanceOperation,
}

/// <summary>A path below the base URL, understood.</summary>
/// <param name="Type">Resource type; null for the kinds of the whole system.</param>
/// <param name="Id">As written; whether it is a legal id is not looked at. Null where the kind has none.</param>
/// <param name="VersionId">0 where the kind has none.</param>
/// <param name="Operation">Its name with the dollar sign, whether there is such an operation or not; null for the kinds that are none.</param>
public readonly record struct RequestTarget(TargetKind Kind, string? Type = null, string? Id = null, int VersionId = 0, string? Operation = null)
{
    private static readonly FrozenDictionary<string, string> Types =
        R4Schema.Instance.ResourceTypes.ToFrozenDictionary(type => type, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> TypesBySpan =
        Types.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads the path after the base URL, percent-encoded, without query; leading and trailing slash don't matter.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: no resource type of R4, or a place that is not there; <c>invalid</c>: broken percent-encoding.</exception>
    public static RequestTarget Parse(ReadOnlySpan<char> path)
    {
        if (path.Length > 0 && path[0] == '/') path = path[1..];
        if (path.Length > 0 && path[^1] == '/') path = path[..^1];
        if (path.Length == 0) return new(TargetKind.System);

        var first = Next(ref path);
        if (TypesBySpan.TryGetValue(first, out var type)) return OfType(type, path);

        if (path.Length == 0)
        {
            switch (first)
            {
                case "metadata": return new(TargetKind.Metadata);
                case "_history": return new(TargetKind.SystemHistory);
                case "_search": return new(TargetKind.SystemSearch);
            }
        }

        var name = QueryText.Decode(first, plusIsSpace: false);
        if (name.StartsWith('$') && path.Length == 0) return new(TargetKind.SystemOperation, Operation: name);
        throw new FhirException(Issue.NotFound(
            name.StartsWith('$') ? $"There is nothing below the operation '{name}'." : $"'{name}' is not a resource type of FHIR R4."));
    }

    private static RequestTarget OfType(string type, ReadOnlySpan<char> path)
    {
        if (path.Length == 0) return new(TargetKind.Type, type);
        var second = Next(ref path);
        if (path.Length == 0)
        {
            switch (second)
            {
                case "_history": return new(TargetKind.TypeHistory, type);
                case "_search": return new(TargetKind.TypeSearch, type);
            }
        }

        var id = QueryText.Decode(second, plusIsSpace: false);
        if (id.StartsWith('$'))
        {
            if (path.Length > 0) throw new FhirException(Issue.NotFound($"There is nothing below the operation '{id}'."));
            return new(TargetKind.TypeOperation, type, Operation: id);
        }

        if (path.Length == 0) return new(TargetKind.Instance, type, id);

        var third = Next(ref path);
        if (third is not "_history")
        {
            var operation = QueryText.Decode(third, plusIsSpace: false);
            if (operation.StartsWith('$') && path.Length == 0) return new(TargetKind.InstanceOperation, type, id, Operation: operation);
            throw Elsewhere(type, id, third);
        }

        if (path.Length == 0) return new(TargetKind.InstanceHistory, type, id);

        var fourth = Next(ref path);
        if (path.Length > 0) throw Elsewhere(type, id, path);
        if (!int.TryParse(fourth, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new FhirException(Issue.NotFound($"{type}/{id} has no version '{QueryText.Decode(fourth, plusIsSpace: false)}'."));
        return new(TargetKind.Version, type, id, version);
    }

    private static FhirException Elsewhere(string type, string id, ReadOnlySpan<char> rest)
    {
        var name = QueryText.Decode(rest, plusIsSpace: false);
        return new FhirException(Issue.NotFound($"There is nothing at '{name}' below {type}/{id}; compartments are not offered."));
    }

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        var segment = slash < 0 ? path : path[..slash];
        path = slash < 0 ? default : path[(slash + 1)..];
        return segment;
    }
}
