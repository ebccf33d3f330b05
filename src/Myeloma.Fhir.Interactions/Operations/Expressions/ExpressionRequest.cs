using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Checking;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>An expression somebody wants evaluated.</summary>
public sealed record ExpressionRequest
{
    public required string Expression { get; init; }

    /// <summary>An expression whose items the other one is evaluated over, one after the other; null: over the resource.</summary>
    public string? Context { get; init; }

    /// <summary>Null: evaluated over nothing, which is enough for <c>1 + 1</c>.</summary>
    public ResourceDocument? Resource { get; init; }

    /// <summary>By name without <c>%</c>.</summary>
    public IReadOnlyDictionary<string, Collection> Variables { get; init; } = new Dictionary<string, Collection>();

    /// <summary>Whether what can't work by the types alone is a fault, before anything is evaluated: a step that a type does not have gives nothing otherwise.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Of this server, without trailing slash: references below it are resolved here.</summary>
    public required string BaseUrl { get; init; }
}

/// <summary>What came of it.</summary>
/// <param name="Syntax">The compiled expression.</param>
/// <param name="Check">What the types alone say about the expression; its issues begin with those of the context expression.</param>
/// <param name="Results">One for each item of the context, in order; exactly one without a context expression.</param>
public sealed record ExpressionOutcome(FhirPathExpression Syntax, ExpressionCheck Check, IReadOnlyList<ExpressionResult> Results);

/// <summary>The result over one item of the context.</summary>
/// <param name="Context">Where the item stands: <c>Patient.name[0]</c>, or the context expression with an index for one that was computed; null without a context expression.</param>
/// <param name="Traces">What <c>trace(name)</c> saw, in the order of the calls.</param>
public sealed record ExpressionResult(string? Context, Collection Items, IReadOnlyList<(string Name, Collection Items)> Traces);

/// <summary>What evaluating an expression for somebody may cost.</summary>
public sealed record ExpressionLimits
{
    /// <summary>Operations, function calls and items of one evaluation.</summary>
    public int MaxSteps { get; init; } = 10_000_000;

    /// <summary>For all items of the context and all that is fetched in between.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Items of results and traces together.</summary>
    public int MaxItems { get; init; } = 10_000;

    /// <summary>Resources of this server that <c>resolve()</c> may fetch.</summary>
    public int MaxReferences { get; init; } = 100;

    /// <summary>Size of the answer in bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 64 << 20;
}
