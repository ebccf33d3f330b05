using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>Where an operation is invoked. https://hl7.org/fhir/R4/operations.html#executing</summary>
[Flags]
public enum OperationLevels
{
    /// <summary><c>[base]/$name</c></summary>
    System = 1,

    /// <summary><c>[base]/[type]/$name</c></summary>
    Type = 2,

    /// <summary><c>[base]/[type]/[id]/$name</c></summary>
    Instance = 4,
}

/// <summary>What an operation is called, where it is, and what goes in: the part of an OperationDefinition that a server acts on.</summary>
/// <remarks>https://hl7.org/fhir/R4/operationdefinition.html</remarks>
public sealed record OperationDefinition
{
    /// <summary>With the dollar sign: <c>$validate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Canonical of the OperationDefinition; R4's own where R4 defines the operation.</summary>
    public required string Url { get; init; }

    public required OperationLevels Levels { get; init; }

    /// <summary>Resource types it is offered for at the levels of type and instance; null: all.</summary>
    public IReadOnlyList<string>? ResourceTypes { get; init; }

    /// <summary>Whether it may change what is stored; it is not invoked by GET then (405).</summary>
    public bool AffectsState { get; init; }

    /// <summary>Whether it is always answered 202 and done by a job of its own, whatever is preferred. https://hl7.org/fhir/R4/async.html</summary>
    public bool AnswersLater { get; init; }

    /// <summary>Whether a body that can't be parsed is a result of the operation (<see cref="OperationRequest.BodyFaults"/>) instead of making the request impossible.</summary>
    public bool AnswersBodyFaults { get; init; }

    /// <summary>Those that go in.</summary>
    public IReadOnlyList<OperationParameter> Parameters { get; init; } = [];

    /// <summary>Parameters that are refused, where others that are not known are passed over: without them the answer would be a wrong one. With what to do instead.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameter that a body other than Parameters is: the only one of a resource type that occurs at most once; null when there is no such one.</summary>
    public OperationParameter? BodyParameter => Parameters.Where(parameter => parameter.IsResource).ToList() is [{ Max: 1 } single] ? single : null;

    /// <returns>Null when there is none of that name.</returns>
    public OperationParameter? FindParameter(string name) => Parameters.FirstOrDefault(parameter => parameter.Name == name);

    /// <summary>Whether it is offered for that type, at the level of type or instance.</summary>
    public bool IsFor(string resourceType) => ResourceTypes is null || ResourceTypes.Contains(resourceType);

    /// <summary>The places it is at, for people: <c>[base]/$validate, [base]/[type]/$validate</c>.</summary>
    public string Places
    {
        get
        {
            var type = ResourceTypes is null ? "[type]" : string.Join('|', ResourceTypes);
            var places = new List<string>();
            if (Levels.HasFlag(OperationLevels.System)) places.Add($"[base]/{Name}");
            if (Levels.HasFlag(OperationLevels.Type)) places.Add($"[base]/{type}/{Name}");
            if (Levels.HasFlag(OperationLevels.Instance)) places.Add($"[base]/{type}/[id]/{Name}");
            return string.Join(", ", places);
        }
    }

    /// <summary>The level that a place is at; null for what is no operation.</summary>
    public static OperationLevels? LevelOf(TargetKind kind) => kind switch
    {
        TargetKind.SystemOperation => OperationLevels.System,
        TargetKind.TypeOperation => OperationLevels.Type,
        TargetKind.InstanceOperation => OperationLevels.Instance,
        _ => null,
    };
}

/// <summary>One parameter that goes in.</summary>
/// <param name="Type">A data type, a resource type or <c>Resource</c>; <see cref="Any"/> for every kind of value; null for one that has parts only.</param>
/// <param name="Max"><see cref="int.MaxValue"/> for <c>*</c>.</param>
public sealed record OperationParameter(string Name, string? Type, int Min = 0, int Max = 1)
{
    /// <summary>Any value, resource or parts.</summary>
    public const string Any = "*";

    /// <summary>Whether a resource is expected.</summary>
    public bool IsResource => Type is not (null or Any) && R4Schema.Instance.FindType(Type) is { Kind: TypeKind.Resource };

    /// <summary>Whether it can stand in a URL.</summary>
    public bool IsPrimitive => Type is not (null or Any) && R4Schema.Instance.FindType(Type) is { Kind: TypeKind.Primitive };
}
