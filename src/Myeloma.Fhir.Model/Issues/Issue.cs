namespace Myeloma.Fhir.Model.Issues;

/// <summary>One entry of an OperationOutcome. https://hl7.org/fhir/R4/operationoutcome.html</summary>
/// <param name="Severity">How bad it is; an <c>error</c> or <c>fatal</c> one stops the request.</param>
/// <param name="Type">Code of the R4 issue-type value set; decides the HTTP status at the server's edge.</param>
/// <param name="Diagnostics">What was found, what was expected, what to do, in the user's own terms.</param>
/// <param name="Expression">FHIRPath into the input (<c>Bundle.entry[3].resource.birthDate</c>); null when it is about no element.</param>
/// <param name="Line">One-based line of the source, 0 when there is none.</param>
/// <param name="Column">One-based column of the source in UTF-8 bytes, 0 when there is none.</param>
/// <param name="MessageId">Stable id of the message, for programs; null when the type says it all.</param>
public sealed record Issue(
    IssueSeverity Severity,
    IssueType Type,
    string Diagnostics,
    string? Expression = null,
    int Line = 0,
    int Column = 0,
    string? MessageId = null)
{
    /// <summary>What kind of finding it is by a code system of its own; null when the type says it all. The text of the details is <see cref="Diagnostics"/>.</summary>
    public IssueDetails? Details { get; init; }

    /// <summary>The input is not JSON, or not shaped like a resource.</summary>
    public static Issue Structure(string diagnostics, string? expression = null, int line = 0, int column = 0) =>
        new(IssueSeverity.Error, IssueType.Structure, diagnostics, expression, line, column);

    /// <summary>Content against the rules: unknown parameter value, malformed id, wrong combination.</summary>
    public static Issue Invalid(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.Invalid, diagnostics, expression);

    /// <summary>A value that is not legal for its type.</summary>
    public static Issue Value(string diagnostics, string? expression = null, int line = 0, int column = 0) =>
        new(IssueSeverity.Error, IssueType.Value, diagnostics, expression, line, column);

    /// <summary>Something that must be there is missing.</summary>
    public static Issue Required(string diagnostics, string? expression = null, int line = 0, int column = 0) =>
        new(IssueSeverity.Error, IssueType.Required, diagnostics, expression, line, column);

    /// <summary>A legal request this server does not do.</summary>
    public static Issue NotSupported(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.NotSupported, diagnostics, expression);

    /// <summary>Never known here: 404.</summary>
    public static Issue NotFound(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.NotFound, diagnostics, expression);

    /// <summary>Known once, deleted since: 410.</summary>
    public static Issue Deleted(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.Deleted, diagnostics, expression);

    /// <summary>The stored state does not allow it: 409, or 412 when a precondition was given.</summary>
    public static Issue Conflict(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.Conflict, diagnostics, expression);

    /// <summary>A condition that must match at most one resource matched several: 412.</summary>
    public static Issue MultipleMatches(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.MultipleMatches, diagnostics, expression);

    /// <summary>A code outside a required value set: 422.</summary>
    public static Issue CodeInvalid(string diagnostics, string? expression = null, int line = 0, int column = 0) =>
        new(IssueSeverity.Error, IssueType.CodeInvalid, diagnostics, expression, line, column);

    /// <summary>A rule of the business or of referential integrity is broken: 422.</summary>
    public static Issue BusinessRule(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.BusinessRule, diagnostics, expression);

    /// <summary>An invariant of the specification is broken: 422.</summary>
    public static Issue Invariant(string diagnostics, string? expression = null, int line = 0, int column = 0) =>
        new(IssueSeverity.Error, IssueType.Invariant, diagnostics, expression, line, column);

    /// <summary>Larger, deeper or more than a limit allows; the text names the limit.</summary>
    public static Issue TooLong(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.TooLong, diagnostics, expression);

    /// <summary>A request whose answer would cost more than a limit allows; the text names the limit.</summary>
    public static Issue TooCostly(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.TooCostly, diagnostics, expression);

    /// <summary>Not now; the same request may succeed later: 503.</summary>
    public static Issue Transient(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Error, IssueType.Transient, diagnostics, expression);

    /// <summary>A remark that stops nothing.</summary>
    public static Issue Warning(IssueType type, string diagnostics, string? expression = null) =>
        new(IssueSeverity.Warning, type, diagnostics, expression);

    /// <summary>A notice that stops nothing.</summary>
    public static Issue Information(string diagnostics, string? expression = null) =>
        new(IssueSeverity.Information, IssueType.Informational, diagnostics, expression);
}

/// <summary>The coding of an issue's details, and the id of its message.</summary>
/// <param name="System">Code system of <paramref name="Code"/>.</param>
/// <param name="Code">Null when the details are the text alone.</param>
/// <param name="MessageId">Told by the extension operationoutcome-message-id; null when the message has none.</param>
public sealed record IssueDetails(string System, string? Code, string? MessageId);
