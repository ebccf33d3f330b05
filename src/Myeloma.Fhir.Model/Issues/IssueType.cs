namespace Myeloma.Fhir.Model.Issues;

/// <summary>https://hl7.org/fhir/R4/valueset-issue-severity.html</summary>
public enum IssueSeverity
{
    Fatal,
    Error,
    Warning,
    Information,
}

/// <summary>https://hl7.org/fhir/R4/valueset-issue-type.html; <see cref="IssueCodes"/> gives the code as written.</summary>
public enum IssueType
{
    Invalid,
    Structure,
    Required,
    Value,
    Invariant,
    Security,
    Login,
    Unknown,
    Expired,
    Forbidden,
    Suppressed,
    Processing,
    NotSupported,
    Duplicate,
    MultipleMatches,
    NotFound,
    Deleted,
    TooLong,
    CodeInvalid,
    Extension,
    TooCostly,
    BusinessRule,
    Conflict,
    Transient,
    LockError,
    NoStore,
    Exception,
    Timeout,
    Incomplete,
    Throttled,
    Informational,
}

/// <summary>The codes of severity and type as OperationOutcome writes them.</summary>
public static class IssueCodes
{
    /// <returns><c>fatal</c>, <c>error</c>, <c>warning</c> or <c>information</c>.</returns>
    public static string Code(this IssueSeverity severity) => severity switch
    {
        IssueSeverity.Fatal => "fatal",
        IssueSeverity.Error => "error",
        IssueSeverity.Warning => "warning",
        _ => "information",
    };

    /// <returns>The code of the issue-type value set, e.g. <c>not-found</c>.</returns>
    public static string Code(this IssueType type) => TypeCodes[(int)type];

    private static readonly string[] TypeCodes =
    [
        "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired", "forbidden",
        "suppressed", "processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "too-long",
        "code-invalid", "extension", "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
        "exception", "timeout", "incomplete", "throttled", "informational",
    ];
}
