using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath;

/// <summary>What an evaluation knows besides its element: variables, time, the outside world, limits. Immutable, shared by threads.</summary>
/// <remarks>https://hl7.org/fhir/R4/fhirpath.html#variables</remarks>
public sealed record EvaluationContext
{
    /// <summary>No variables, no resolver, the system's clock, the default limits.</summary>
    public static readonly EvaluationContext Default = new();

    /// <summary><c>%resource</c>: the resource that holds the context element; null: the document's root.</summary>
    public Element? Resource { get; init; }

    /// <summary><c>%rootResource</c>: the container of a contained resource; null: the document's root.</summary>
    public Element? RootResource { get; init; }

    /// <summary>The caller's variables by name without <c>%</c>; they come before the built-in ones.</summary>
    public IReadOnlyDictionary<string, Collection> Variables { get; init; } = new Dictionary<string, Collection>();

    /// <summary>Clock of now(), today() and timeOfDay(), asked once an evaluation; its local zone stands in for missing time zones.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Finds what a reference (as written) points at; null when it leads nowhere. Without it <c>resolve()</c> finds contained resources,
    /// and gives for others a stand-in that knows only the type the reference's text names.
    /// </summary>
    public Func<string, Element?>? Resolve { get; init; }

    /// <summary><c>memberOf(valueset)</c>: null when the value set is not known.</summary>
    public Func<Item, string, bool?>? MemberOf { get; init; }

    /// <summary><c>subsumes</c>: whether the first code is the second or above it; null when it can't be known.</summary>
    public Func<Item, Item, bool?>? Subsumes { get; init; }

    /// <summary><c>conformsTo(profile)</c>; null when the profile is not known, which is an error of the expression.</summary>
    public Func<Element, string, bool?>? ConformsTo { get; init; }

    /// <summary><c>elementDefinition()</c>: the ElementDefinition of an element; null when there is none.</summary>
    public Func<Element, Element?>? ElementDefinition { get; init; }

    /// <summary><c>htmlChecks()</c> of a narrative's div.</summary>
    public Func<Element, bool>? HtmlChecks { get; init; }

    /// <summary>Where <c>trace(name)</c> goes; null: nowhere.</summary>
    public Action<string, Collection>? Trace { get; init; }

    /// <summary>Whether a path step that the type does not have is an error rather than Empty.</summary>
    public bool RefuseUnknownElements { get; init; }

    public EvaluationLimits Limits { get; init; } = EvaluationLimits.Default;
}

/// <summary>How much one evaluation may cost; past a limit it ends with <c>too-costly</c>.</summary>
public sealed record EvaluationLimits
{
    public static readonly EvaluationLimits Default = new();

    /// <summary>Operations, function calls and items produced.</summary>
    public int MaxSteps { get; init; } = 10_000_000;

    /// <summary>Wall-clock time.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>UTF-16 units of a string that an expression builds.</summary>
    public int MaxStringLength { get; init; } = 1_000_000;

    /// <summary>UTF-16 units of a regular expression.</summary>
    public int MaxPatternLength { get; init; } = 1_000;
}
