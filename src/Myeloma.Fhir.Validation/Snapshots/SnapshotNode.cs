using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>An element of a snapshot with its children and slices; path and id come from where it stands.</summary>
/// <param name="name">Last step of the path: <c>value[x]</c>; of the root the type.</param>
/// <param name="definition">The ElementDefinition without id and path; owned by the node.</param>
internal sealed class SnapshotNode(string name, JsonObject definition)
{
    public string Name { get; set; } = name;

    public JsonObject Definition { get; } = definition;

    /// <summary>Null for what is no slice; of a re-slice <c>a/b</c>.</summary>
    public string? SliceName => Text("sliceName");

    /// <summary>Whether a differential says something of it.</summary>
    public bool IsConstrained { get; set; }

    /// <summary>Whether it was made for the element of the differential that is being read.</summary>
    public bool IsNewSlice { get; set; }

    /// <summary>In the order of the base definition.</summary>
    public List<SnapshotNode> Children { get; } = [];

    /// <summary>In the order in which they were defined; those of a slice are its re-slices.</summary>
    public List<SnapshotNode> Slices { get; } = [];

    public bool IsChoice => Name.EndsWith("[x]", StringComparison.Ordinal);

    public string? Text(string property) => Definition[property] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public int Min => Definition["min"] is JsonValue value && value.TryGetValue<int>(out var min) ? min : 0;

    /// <summary><see cref="int.MaxValue"/> for <c>*</c> and for what says nothing.</summary>
    public int Max => Cardinality.Max(Text("max"));

    /// <summary>The types as they stand; empty for content references and the roots of types.</summary>
    public IEnumerable<JsonObject> Types => Definition["type"] is JsonArray types ? types.OfType<JsonObject>() : [];

    public IEnumerable<string> TypeCodes => Types.Select(type => TypeCode.Of(type)).OfType<string>();

    /// <summary>The child of that name, where <c>value</c> is <c>value[x]</c>, too.</summary>
    public SnapshotNode? Child(string step)
    {
        var plain = WithoutChoice(step);
        return Children.Find(child => child.Name == step) ?? Children.Find(child => WithoutChoice(child.Name) == plain);
    }

    /// <summary>The slice of that name, at whatever depth of re-slicing.</summary>
    public SnapshotNode? Slice(string sliceName)
    {
        foreach (var slice in Slices)
        {
            if (slice.SliceName == sliceName) return slice;
            if (slice.Slice(sliceName) is { } within) return within;
        }

        return null;
    }

    /// <param name="size">Counts the elements of one generation.</param>
    public SnapshotNode Copy(SnapshotSize size)
    {
        size.Add();
        var copy = new SnapshotNode(Name, (JsonObject)Definition.DeepClone()) { IsConstrained = IsConstrained };
        copy.Children.AddRange(Children.Select(child => child.Copy(size)));
        copy.Slices.AddRange(Slices.Select(slice => slice.Copy(size)));
        return copy;
    }

    public static string WithoutChoice(string name) => name.EndsWith("[x]", StringComparison.Ordinal) ? name[..^3] : name;
}

/// <summary>How many elements one generation makes: slices of what is itself sliced would double with each step of a path.</summary>
internal sealed class SnapshotSize(int max)
{
    private int made;

    /// <exception cref="FhirException"><c>too-costly</c>: past the limit.</exception>
    public void Add()
    {
        if (++made > max)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"The snapshot takes more than {max:N0} elements; constrain fewer slices below each other (setting Fhir:MaxSnapshotElements).")));
    }
}

/// <summary>https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.max</summary>
internal static class Cardinality
{
    /// <returns><see cref="int.MaxValue"/> for <c>*</c>, for null and for what is no number.</returns>
    public static int Max(string? text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var max) ? max : int.MaxValue;
}

/// <summary>https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.code</summary>
internal static class TypeCode
{
    public const string SystemTypes = "http://hl7.org/fhirpath/System.";
    public const string FhirTypeExtension = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

    /// <summary>The FHIR type of a <c>type</c> entry; of a FHIRPath system type the one that its extension names.</summary>
    public static string? Of(JsonObject type)
    {
        if ((string?)type["code"] is not { } code) return null;
        if (!code.StartsWith(SystemTypes, StringComparison.Ordinal)) return code;
        foreach (var extension in type["extension"]?.AsArray().OfType<JsonObject>() ?? [])
            if ((string?)extension["url"] == FhirTypeExtension) return (string?)(extension["valueUrl"] ?? extension["valueUri"]);
        return code[SystemTypes.Length..].ToLowerInvariant();
    }
}
