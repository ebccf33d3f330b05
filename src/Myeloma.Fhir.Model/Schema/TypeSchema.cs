namespace Myeloma.Fhir.Model.Schema;

/// <summary>https://hl7.org/fhir/R4/valueset-structure-definition-kind.html, with the elements that define children in place.</summary>
public enum TypeKind
{
    Primitive,
    Complex,

    /// <summary>An element with children of its own: <c>Patient.contact</c>.</summary>
    Backbone,
    Resource,
}

/// <summary>A FHIR type: primitive, complex, resource, or an element with inline children. Immutable once loaded; one object a type.</summary>
public sealed class TypeSchema
{
    /// <summary><c>Patient</c>, <c>CodeableConcept</c>, <c>code</c>; an inline type bears its path: <c>Patient.contact</c>.</summary>
    public required string Name { get; init; }

    public required TypeKind Kind { get; init; }

    /// <summary>Which primitive it is; None for all others.</summary>
    public PrimitiveKind Primitive { get; init; }

    /// <summary>The type this one specialises (<c>code</c> → <c>string</c>, <c>Patient</c> → <c>DomainResource</c>); <c>BackboneElement</c> or <c>Element</c> for inline types; null for Element and Resource.</summary>
    public TypeSchema? BaseType { get; internal set; }

    public bool IsAbstract { get; init; }

    /// <summary>Elements in the order of the specification, inherited ones first (id, extension, …).</summary>
    public IReadOnlyList<ElementSchema> Elements { get; internal set; } = [];

    /// <summary>
    /// Invariants on the type itself, inherited ones included. An element's own <see cref="ElementSchema.Constraints"/> are to be met besides;
    /// those of an element with inline children stand on its inline type, so that content references share them.
    /// </summary>
    public IReadOnlyList<ConstraintSchema> Constraints { get; internal set; } = [];

    /// <summary>A bit for each element with a minimum, by its place.</summary>
    internal ulong RequiredElements { get; set; }

    /// <summary>Made when first asked for; two threads may make it twice, to the same effect.</summary>
    internal PropertyTable Properties => properties ??= PropertyTable.Of(this);

    private PropertyTable? properties;

    /// <summary>The JSON property of that name: <c>name</c>, <c>valueQuantity</c>; without the leading underscore of a primitive's extensions.</summary>
    /// <returns>Null when the type has no such property.</returns>
    public PropertySchema? FindProperty(ReadOnlySpan<byte> jsonName) => Properties.Find(jsonName);

    /// <inheritdoc cref="FindProperty(ReadOnlySpan{byte})"/>
    public PropertySchema? FindProperty(string jsonName) => FindProperty(System.Text.Encoding.UTF8.GetBytes(jsonName));

    /// <summary>The element of that name as FHIRPath knows it: <c>value</c> for <c>value[x]</c>.</summary>
    /// <returns>Null when the type has no such element.</returns>
    public ElementSchema? FindElement(string name) => Properties.FindStep(name)?.Element;

    /// <summary>As <see cref="FindElement"/>, made ready for <c>Element.Children(step)</c>.</summary>
    public ElementStep? FindStep(string name) => Properties.FindStep(name);

    /// <summary>Whether this is <paramref name="typeName"/> or a specialisation of it.</summary>
    public bool IsA(string typeName)
    {
        for (var type = this; type is not null; type = type.BaseType)
            if (type.Name == typeName) return true;
        return false;
    }

    public override string ToString() => Name;
}

/// <summary>One element of a type. https://hl7.org/fhir/R4/elementdefinition.html</summary>
public sealed class ElementSchema
{
    /// <summary>Without the <c>[x]</c>: <c>value</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>Observation.value[x]</c>.</summary>
    public required string Path { get; init; }

    public required int Min { get; init; }

    /// <summary><see cref="int.MaxValue"/> for <c>*</c>.</summary>
    public required int Max { get; init; }

    /// <summary>Written as an array in JSON: the base definition's max is above 1.</summary>
    public bool IsArray => Max > 1;

    public bool IsChoice { get; init; }
    public bool IsSummary { get; init; }
    public bool IsModifier { get; init; }

    /// <summary>The types it may have, in the order of the specification; a content reference already points at the type it names.</summary>
    public required IReadOnlyList<TypeReference> Types { get; init; }

    public BindingSchema? Binding { get; init; }

    /// <summary>Invariants of this element beyond those its types bring along.</summary>
    public IReadOnlyList<ConstraintSchema> Constraints { get; init; } = [];

    /// <summary>Place among the elements of its type.</summary>
    internal int Index { get; init; }

    public override string ToString() => Path;
}

/// <summary>A type an element may have, with the targets of a Reference or canonical.</summary>
/// <param name="TargetTypes">Names of the resource types a reference may point at; empty: any.</param>
public sealed record TypeReference(TypeSchema Type, IReadOnlyList<string> TargetTypes);

/// <summary>A JSON property: an element together with the one type its name stands for.</summary>
/// <param name="JsonName">Interned: the same string object for every element of that name.</param>
public sealed record PropertySchema(string JsonName, ElementSchema Element, TypeReference TypeReference)
{
    public TypeSchema Type => TypeReference.Type;
}

/// <summary>https://hl7.org/fhir/R4/terminologies.html#strength</summary>
public enum BindingStrength
{
    Example,
    Preferred,
    Extensible,
    Required,
}

/// <summary>A binding of an element to a value set.</summary>
/// <param name="ValueSet">Canonical as stated, with version when there is one.</param>
/// <param name="Codes">
/// For a required binding whose value set the R4 definitions enumerate whole: its codes (by system in <see cref="RequiredCodes"/>); null where they can't be known from the definitions.
/// </param>
public sealed record BindingSchema(BindingStrength Strength, string ValueSet, RequiredCodes? Codes);

/// <summary>The members of an enumerated value set.</summary>
public sealed class RequiredCodes(IReadOnlyList<(string System, string Code)> members)
{
    private HashSet<string>? codes;
    private Utf8Set? utf8;
    private Utf8Set? pairs;

    /// <summary>In the order of the definition, no pair twice.</summary>
    public IReadOnlyList<(string System, string Code)> Members => members;

    /// <summary>For an element of type <c>code</c>, whose system the binding implies.</summary>
    public bool Contains(string code) => (codes ??= [.. members.Select(member => member.Code)]).Contains(code);

    /// <inheritdoc cref="Contains(string)"/>
    public bool Contains(ReadOnlySpan<byte> code) => (utf8 ??= new Utf8Set(members.Select(member => member.Code))).Contains(code);

    /// <summary>For a Coding, which states its system.</summary>
    public bool Contains(string system, string code) => Contains(System.Text.Encoding.UTF8.GetBytes(system), System.Text.Encoding.UTF8.GetBytes(code));

    /// <inheritdoc cref="Contains(string, string)"/>
    public bool Contains(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code)
    {
        const int longest = 512;
        if (system.Length + code.Length >= longest) return false;
        Span<byte> pair = stackalloc byte[system.Length + code.Length + 1];
        system.CopyTo(pair);
        pair[system.Length] = (byte)'|';
        code.CopyTo(pair[(system.Length + 1)..]);
        return (pairs ??= new Utf8Set(members.Select(member => $"{member.System}|{member.Code}"))).Contains(pair);
    }
}

/// <summary>An invariant. https://hl7.org/fhir/R4/conformance-rules.html#constraints</summary>
public sealed record ConstraintSchema(string Key, bool IsError, string Human, string Expression, string? Source);
