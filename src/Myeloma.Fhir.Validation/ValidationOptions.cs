using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Validation;

/// <summary>What one validation is asked for.</summary>
public sealed record ValidationOptions
{
    public static readonly ValidationOptions Default = new();

    /// <summary>Canonicals of the profiles to check besides those of <c>meta.profile</c>; an unknown one is an error.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Whether best-practice recommendations (dom-6, preferred bindings) are reported, as warnings and information.</summary>
    public bool BestPractice { get; init; }

    /// <summary>Issues answered at most; when there are more, the last one says so.</summary>
    public int MaxIssues { get; init; } = 1_000;

    /// <summary>Finds a resource outside the document by the reference as written; null: references that leave the document are not followed.</summary>
    public Func<string, ResourceDocument?>? ResolveReference { get; init; }

    /// <summary>Asked between elements; a cancelled validation throws <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}
