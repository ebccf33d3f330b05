using System.Collections.Concurrent;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Invariants;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>What the base definitions ask beyond structure, by type; compiled when a type is first met, shared by threads.</summary>
internal sealed class BaseRules
{
    /// <summary>Base constraints that the standard marks as best practice.</summary>
    private static readonly HashSet<string> BestPractice = ["dom-6"];

    private readonly ConcurrentDictionary<ConstraintSchema, Invariant> invariants = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<TypeSchema, TypeRules> types = new(ReferenceEqualityComparer.Instance);

    public TypeRules Of(TypeSchema type) => types.TryGetValue(type, out var rules) ? rules : types.GetOrAdd(type, Compile(type));

    private TypeRules Compile(TypeSchema type)
    {
        var elements = new Dictionary<ElementSchema, ElementRules>(ReferenceEqualityComparer.Instance);
        foreach (var element in type.Elements)
        {
            var isBound = element.Binding is { Strength: > BindingStrength.Preferred };
            var hasTargets = element.Types.Any(reference => reference.TargetTypes.Count > 0 && reference.Type.Name == "Reference");
            var isFhirPath = ExpressionCheck.IsFhirPath(element.Path);
            var isCanonical = element.Types.Any(reference => reference.Type.Name == "canonical");
            if (element.Constraints.Count > 0 || isBound || hasTargets || isFhirPath || isCanonical)
                elements.Add(element, new ElementRules([.. element.Constraints.Select(Invariant).Where(Counts)], isBound ? element.Binding : null, isFhirPath));
        }

        return new TypeRules([.. type.Constraints.Select(Invariant).Where(Counts)], elements, type);
    }

    /// <summary>Those that the structural check settles are left out.</summary>
    private static bool Counts(Invariant invariant) => invariant.Key is not ("ele-1" or "txt-1" or "dom-3");

    private Invariant Invariant(ConstraintSchema constraint) => invariants.GetOrAdd(constraint, each => new Invariant(
        each.Key, each.IsError, BestPractice.Contains(each.Key), each.Human, each.Expression, each.Source ?? "FHIR R4"));
}

/// <summary>The rules of a type.</summary>
internal sealed class TypeRules(Invariant[] invariants, Dictionary<ElementSchema, ElementRules> elements, TypeSchema type)
{
    public Invariant[] Invariants => invariants;

    public bool IsExtension { get; } = type.Name == "Extension";

    public bool IsAttachment { get; } = type.Name == "Attachment";

    public bool IsIdentifier { get; } = type.Name == "Identifier";

    public bool IsCoding { get; } = type.Name == "Coding";

    public bool IsQuantity { get; } = type.IsA("Quantity");

    public bool IsUri { get; } = type.Primitive is PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical;

    public ElementRules? Find(ElementSchema element) => elements.Count == 0 ? null : elements.GetValueOrDefault(element);
}

/// <summary>The rules of an element besides those of its type.</summary>
/// <param name="Binding">Extensible or required; null: nothing to check.</param>
/// <param name="IsFhirPath">Its text may be an expression.</param>
internal sealed record ElementRules(Invariant[] Invariants, BindingSchema? Binding, bool IsFhirPath);
