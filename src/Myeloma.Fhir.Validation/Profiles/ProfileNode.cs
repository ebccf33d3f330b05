using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Invariants;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>What a profile asks of one element, or of one slice of it; a slice holds what it asks besides the element it is a slice of.</summary>
/// <remarks>https://hl7.org/fhir/R4/elementdefinition.html. Changed while a profile is compiled, never after.</remarks>
internal sealed class ProfileNode
{
    /// <summary>Without slice names, choices without [x]: <c>Observation.component.value</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The path as people know it, with slice names: <c>Observation.component:SystolicBP.value</c>.</summary>
    public required string Label { get; init; }

    /// <summary>The element's name, choices without [x]; the type of the root.</summary>
    public required string Name { get; init; }

    public string? SliceName { get; init; }

    /// <summary>In the base definition; null for the root.</summary>
    public ElementSchema? Schema { get; init; }

    /// <summary>The types it may have: children are looked up in them.</summary>
    public IReadOnlyList<TypeSchema> Possible { get; set; } = [];

    public int Min { get; set; }

    public int Max { get; set; } = int.MaxValue;

    /// <summary>What the profile says of the types; null: as in the base definition.</summary>
    public IReadOnlyList<ProfileType>? Types { get; set; }

    public Element? Fixed { get; set; }

    public Element? Pattern { get; set; }

    public Element? MinValue { get; set; }

    public Element? MaxValue { get; set; }

    public int? MaxLength { get; set; }

    public BindingSchema? Binding { get; set; }

    /// <summary>A primitive needs a value: extensions in its place do not do.</summary>
    public bool MustHaveValue { get; set; }

    public List<Invariant> Invariants { get; private init; } = [];

    public Slicing? Slicing { get; set; }

    public List<ProfileNode> Slices { get; private init; } = [];

    public List<ProfileNode> Children { get; private init; } = [];

    /// <summary>Path of the element whose children these are; null when they are its own.</summary>
    public string? ContentPath { get; set; }

    /// <summary>The type profile whose rules were taken in, so that it is done once.</summary>
    public bool HasTypeProfile { get; set; }

    /// <summary>Whether it or anything below asks for something beyond the base definition.</summary>
    public bool HasWork { get; set; }

    public bool IsSlice => SliceName is not null;

    public ProfileNode? Child(string name)
    {
        foreach (var child in Children)
            if (child.Name == name) return child;
        return null;
    }

    public ProfileNode? Slice(string name)
    {
        foreach (var slice in Slices)
        {
            if (slice.SliceName == name) return slice;
            if (slice.Slice(name) is { } deeper) return deeper;
        }

        return null;
    }

    /// <summary>A copy that a derived profile may change.</summary>
    public ProfileNode Copy() => CopyTo(Path, Label);

    /// <summary>A copy that stands at another path: of a type's profile taken into the element of that type.</summary>
    public ProfileNode CopyTo(string path, string label) => new()
    {
        Path = path,
        Label = label,
        Name = Name,
        SliceName = SliceName,
        Schema = Schema,
        Possible = Possible,
        Min = Min,
        Max = Max,
        Types = Types,
        Fixed = Fixed,
        Pattern = Pattern,
        MinValue = MinValue,
        MaxValue = MaxValue,
        MaxLength = MaxLength,
        Binding = Binding,
        MustHaveValue = MustHaveValue,
        Invariants = [.. Invariants],
        Slicing = Slicing,
        Slices = [.. Slices.Select(slice => slice.CopyTo(path, $"{label}:{slice.SliceName}"))],
        Children = [.. Children.Select(child => child.CopyTo($"{path}.{child.Name}", $"{label}.{child.Name}"))],
        ContentPath = ContentPath,
        HasTypeProfile = HasTypeProfile,
    };

    public override string ToString() => Label;
}

/// <summary>A type an element may have. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type</summary>
/// <param name="Code">The type's name.</param>
/// <param name="Profiles">The value conforms to at least one; none: any.</param>
/// <param name="TargetProfiles">What a reference points at conforms to at least one; none: any.</param>
/// <param name="Aggregation"><c>contained</c>, <c>referenced</c>, <c>bundled</c>; none: any.</param>
/// <param name="Versioning"><c>either</c>, <c>independent</c>, <c>specific</c>; null: either.</param>
internal sealed record ProfileType(
    string Code, IReadOnlyList<string> Profiles, IReadOnlyList<string> TargetProfiles, IReadOnlyList<string> Aggregation, string? Versioning);

/// <summary>How the items of an element are told apart. https://hl7.org/fhir/R4/profiling.html#slicing</summary>
/// <param name="Rules"><c>open</c>, <c>closed</c> or <c>openAtEnd</c>.</param>
internal sealed record Slicing(IReadOnlyList<Discriminator> Discriminators, bool IsOrdered, string Rules);
