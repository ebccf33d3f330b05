using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary>A resource that an operation was given, as a document of its own.</summary>
/// <param name="Document">Parsed within the limits; not checked against the schema.</param>
/// <param name="Expression">Where it stood in the body: <c>Parameters.parameter[0].resource</c>; null when it was the body.</param>
/// <param name="Line">Line of the body it starts in, one-based.</param>
/// <param name="Column">Column of the body it starts at, one-based, in bytes.</param>
public sealed record InputResource(ResourceDocument Document, string? Expression = null, int Line = 1, int Column = 1)
{
    /// <summary>The resource that an element of a larger one is.</summary>
    /// <param name="expression">Where it stands in the larger one.</param>
    public static InputResource Of(Element resource, string expression)
    {
        var (line, column) = resource.Document.PositionOf(resource);
        return new InputResource(ResourceDocument.Of(resource), expression, line, column);
    }

    /// <summary>Issues about <see cref="Document"/> with line and column of the body; the expressions stay as they are.</summary>
    public IReadOnlyList<Issue> InBody(IReadOnlyList<Issue> issues) =>
        Line == 1 && Column == 1 ? issues : [.. issues.Select(InBody)];

    /// <inheritdoc cref="InBody(IReadOnlyList{Issue})"/>
    public Issue InBody(Issue issue) => issue.Line == 0 ? issue : issue with
    {
        Line = issue.Line + Line - 1,
        Column = issue.Line == 1 ? issue.Column + Column - 1 : issue.Column,
    };
}
