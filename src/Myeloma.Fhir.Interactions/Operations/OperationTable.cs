using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Requests;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>The operations that are offered, found by name and place. https://hl7.org/fhir/R4/operations.html</summary>
/// <param name="operations">Several may share a name when they are offered for different resource types.</param>
public sealed class OperationTable(IReadOnlyList<IOperation> operations)
{
    private readonly ILookup<string, IOperation> byName = operations.ToLookup(operation => operation.Definition.Name, StringComparer.Ordinal);

    /// <summary>All of them, in the order they were given.</summary>
    public IEnumerable<OperationDefinition> Definitions => operations.Select(operation => operation.Definition);

    /// <returns>The operation at a place; null when there is none.</returns>
    public IOperation? Find(RequestTarget target) =>
        OperationDefinition.LevelOf(target.Kind) is { } level && target.Operation is { } name
            ? byName[name].FirstOrDefault(operation => operation.Definition.Levels.HasFlag(level) && (target.Type is null || operation.Definition.IsFor(target.Type)))
            : null;

    /// <summary>The operation at a place.</summary>
    /// <exception cref="FhirException"><c>not-found</c>: no such operation, or not there; the text says which there is, and where.</exception>
    public IOperation Get(RequestTarget target)
    {
        _ = OperationDefinition.LevelOf(target.Kind) ?? throw new ArgumentException("The target is no operation.", nameof(target));
        var name = target.Operation!;
        if (Find(target) is { } operation) return operation;
        if (byName[name].Any())
        {
            throw new FhirException(Issue.NotFound(
                $"The operation '{name}' is not offered {At(target)}; it is at {string.Join(", ", byName[name].Select(one => one.Definition.Places))}."));
        }

        throw new FhirException(Issue.NotFound(
            $"The operation '{name}' is not known {(target.Type is null ? "here" : $"for {At(target)[3..]}")}{Suggestion.For(name, byName.Select(group => group.Key))}"));
    }

    /// <summary>The operation at a place, for GET or HEAD.</summary>
    /// <exception cref="FhirException">As <see cref="Get(RequestTarget)"/>; <c>not-supported</c> (405): it may change what is stored, and so needs POST.</exception>
    public IOperation GetForReading(RequestTarget target)
    {
        var operation = Get(target);
        return !operation.Definition.AffectsState ? operation : throw new FhirException(
            Issue.NotSupported($"The operation '{target.Operation}' may change what is stored; it is invoked by POST.") with { MessageId = OutcomeStatus.MethodNotAllowed });
    }

    private static string At(RequestTarget target) => target.Kind switch
    {
        TargetKind.SystemOperation => "at the base URL",
        TargetKind.TypeOperation => $"at {target.Type}",
        _ => $"at {target.Type}/{target.Id}",
    };
}
