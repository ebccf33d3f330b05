using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.FhirPath.Checking;

/// <summary>What <see cref="FhirPathExpression.Check(Myeloma.Fhir.Model.Schema.TypeSchema?, CheckOptions?)"/> found out about an expression without evaluating it.</summary>
/// <param name="Types">What the items of the result can be; empty when the result is always Empty, or when <paramref name="IsOpen"/> and nothing is known.</param>
/// <param name="IsOpen">Whether the items may be of types besides <paramref name="Types"/>: after <c>descendants()</c>, or from a variable of unknown type.</param>
/// <param name="IsMany">Whether more than one item can come.</param>
/// <param name="Issues">In the order of their positions.</param>
public sealed record ExpressionCheck(
    IReadOnlyList<StaticType> Types, bool IsOpen, bool IsMany, IReadOnlyList<ExpressionIssue> Issues)
{
    /// <summary>Whether there is no error; warnings and remarks may be there.</summary>
    public bool IsClean => !Issues.Any(found => found.Issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal);
}

/// <summary>A fault of an expression and where it stands.</summary>
/// <param name="Position">Zero-based offset in UTF-16 units of the expression.</param>
/// <param name="Issue">
/// Its words quote the expression and the place (one-based); its message id is one of <see cref="CheckMessage"/>. An error is what can't work on any
/// instance, a warning what can't work on some or does nothing, a remark what is always Empty by design.
/// </param>
public sealed record ExpressionIssue(int Position, Issue Issue);

/// <summary>Message ids of <see cref="ExpressionIssue"/>.</summary>
public static class CheckMessage
{
    /// <summary>A path step that no type it can stand on has. Error.</summary>
    public const string UnknownElement = "fhirpath-unknown-element";

    /// <summary>A type that neither FHIR nor System has. Error.</summary>
    public const string UnknownType = "fhirpath-unknown-type";

    /// <summary>A variable that is not defined. Error.</summary>
    public const string UnknownVariable = "fhirpath-unknown-variable";

    /// <summary>The input or an argument of a function, or an operand, of a type it can't work with. Error.</summary>
    public const string WrongType = "fhirpath-wrong-type";

    /// <summary>A condition that is no Boolean; as a single item it counts as true. Error for iif(), else a warning.</summary>
    public const string NotBoolean = "fhirpath-not-boolean";

    /// <summary>Several items can come where one is needed. Warning.</summary>
    public const string MayBeMany = "fhirpath-may-be-many";

    /// <summary>A comparison of types that are never equal. Warning.</summary>
    public const string NeverEqual = "fhirpath-never-equal";

    /// <summary><c>is</c>, <c>as</c>, <c>ofType()</c> of a type that the items never have. Warning.</summary>
    public const string NeverOfType = "fhirpath-never-of-type";

    /// <summary>A path that begins with another resource type than the context's: always Empty. Remark.</summary>
    public const string OtherResource = "fhirpath-other-resource";

    /// <summary>A function that needs an order, on a collection without one. Error, when asked for.</summary>
    public const string Unordered = "fhirpath-unordered";
}

/// <summary>What a check assumes besides the context's type.</summary>
public sealed record CheckOptions
{
    public static readonly CheckOptions Default = new();

    /// <summary>The type of <c>%resource</c> and <c>%rootResource</c>; null: the context's, when that is a resource, else any resource.</summary>
    public TypeSchema? Resource { get; init; }

    /// <summary>The caller's variables by name without <c>%</c>, with their type; null: any.</summary>
    public IReadOnlyDictionary<string, TypeSchema?> Variables { get; init; } = new Dictionary<string, TypeSchema?>();

    /// <summary>Whether first(), last(), tail(), skip(), take() and <c>[n]</c> on children() or descendants(), which have no order, are errors.</summary>
    public bool CheckOrderedFunctions { get; init; }
}
