using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions;

/// <summary>The one place that turns issues into HTTP status codes, for answers as well as for the entries of a bundle.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#Status-Codes</remarks>
public static class OutcomeStatus
{
    /// <summary><see cref="Issue.MessageId"/> of a version that is not the one the caller expected: 412 when the caller named one, else 409.</summary>
    public const string VersionConflict = "version-conflict";

    /// <summary><see cref="Issue.MessageId"/> of a precondition other than a version that does not hold: 412.</summary>
    public const string PreconditionFailed = "precondition-failed";

    /// <summary><see cref="Issue.MessageId"/> of a method that the addressed place does not have: 405.</summary>
    public const string MethodNotAllowed = "method-not-allowed";

    /// <summary><see cref="Issue.MessageId"/> of an answer format that is not offered: 406.</summary>
    public const string NotAcceptable = "not-acceptable";

    /// <summary><see cref="Issue.MessageId"/> of a request body in a format that is not read: 415.</summary>
    public const string UnsupportedMediaType = "unsupported-media-type";

    /// <summary><see cref="Issue.MessageId"/> of a request target past the limit: 414.</summary>
    public const string UrlTooLong = "url-too-long";

    /// <summary>A version of a code system against a <c>check-system-version</c>; its issue type, exception, is what clients of terminology know, though nothing broke here.</summary>
    public const string VersionNotAllowed = "VALUESET_VERSION_CHECK";

    /// <summary><see cref="Issue.MessageId"/> of a request that came while no more could be admitted, or before the server was ready: 503 with Retry-After.</summary>
    public const string NotReady = "not-ready";

    /// <summary>The status of a list of issues: that of the first error or fatal one; 200 when there is none.</summary>
    /// <param name="preconditionGiven">Whether the request carried If-Match: a version conflict is then 412, else 409.</param>
    public static int Of(IReadOnlyList<Issue> issues, bool preconditionGiven = false)
    {
        foreach (var issue in issues)
            if (issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal) return Of(issue, preconditionGiven);
        return 200;
    }

    private static int Of(Issue issue, bool preconditionGiven) => issue.MessageId switch
    {
        VersionConflict => preconditionGiven ? 412 : 409,
        PreconditionFailed => 412,
        MethodNotAllowed => 405,
        NotAcceptable => 406,
        UnsupportedMediaType => 415,
        UrlTooLong => 414,
        VersionNotAllowed => 422,
        NotReady => 503,
        _ => Of(issue.Type),
    };

    private static int Of(IssueType type) => type switch
    {
        IssueType.Login or IssueType.Unknown or IssueType.Expired => 401,
        IssueType.Security or IssueType.Forbidden or IssueType.Suppressed => 403,
        IssueType.NotFound => 404,
        IssueType.Deleted => 410,
        IssueType.Conflict or IssueType.Duplicate => 409,
        IssueType.MultipleMatches => 412,
        IssueType.TooLong => 413,
        IssueType.Invariant or IssueType.BusinessRule or IssueType.CodeInvalid or IssueType.TooCostly => 422,
        IssueType.Throttled => 429,
        IssueType.Exception => 500,
        IssueType.Transient or IssueType.LockError or IssueType.NoStore or IssueType.Timeout or IssueType.Incomplete => 503,
        _ => 400,
    };

    /// <summary>The status as <c>Bundle.entry.response.status</c> writes it: <c>201 Created</c>.</summary>
    public static string Line(int status) => status switch
    {
        200 => "200 OK",
        201 => "201 Created",
        202 => "202 Accepted",
        204 => "204 No Content",
        304 => "304 Not Modified",
        400 => "400 Bad Request",
        401 => "401 Unauthorized",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        405 => "405 Method Not Allowed",
        406 => "406 Not Acceptable",
        409 => "409 Conflict",
        410 => "410 Gone",
        412 => "412 Precondition Failed",
        413 => "413 Content Too Large",
        414 => "414 URI Too Long",
        415 => "415 Unsupported Media Type",
        422 => "422 Unprocessable Content",
        429 => "429 Too Many Requests",
        500 => "500 Internal Server Error",
        503 => "503 Service Unavailable",
        _ => status.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
