using System.Net.Sockets;
using System.Text;
using Myeloma.Fhir.Model.Issues;
using Npgsql;

namespace Myeloma.Fhir.Store;

/// <summary>What PostgreSQL's faults mean to a caller.</summary>
/// <remarks>https://www.postgresql.org/docs/current/errcodes-appendix.html</remarks>
internal static class Faults
{
    /// <returns>The exception to throw instead; null when the fault is a bug of ours and goes on as it is.</returns>
    public static Exception? Translate(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        FhirException => null,
        OperationCanceledException => null,
        _ when cancellationToken.IsCancellationRequested => new OperationCanceledException("The request was given up.", exception, cancellationToken),
        PostgresException postgres => FromPostgres(postgres),
        EncoderFallbackException => Wrap(exception, Issue.Value("A text holds half of a surrogate pair, which is no Unicode character and can't be stored.")),
        NpgsqlException or SocketException or TimeoutException => Wrap(exception, Issue.Transient(
            "The database can't be reached or did not answer in time; try again in a moment.")),
        _ => null,
    };

    /// <summary>Whether a transaction that failed so may well succeed when it is run again: serialization, deadlock, and the race of two creates.</summary>
    public static bool IsLostRace(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
        || (exception.SqlState == PostgresErrorCodes.UniqueViolation && exception.ConstraintName is "resource_key" or "resource_pkey" or "resource_history_pkey" or "artifact_identity_unique" or "artifact_identity_pkey");

    /// <summary>A write that was run again as often as it may be: 409, since nothing is wrong with the server.</summary>
    public static Issue Overtaken => Issue.Conflict("Other writes of the same resources were faster each time; nothing was changed, send the request again.");

    private static FhirException? FromPostgres(PostgresException exception)
    {
        var issue = exception.SqlState switch
        {
            PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter =>
                Issue.Value("A text holds the character U+0000, which can't be stored."),
            PostgresErrorCodes.QueryCanceled => Issue.Transient(
                "The database gave the statement up because it took longer than the statement timeout allows; narrow the request or try again."),
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.UniqueViolation => Overtaken,
            PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidCatalogName => Issue.Transient(
                "The database is not set up yet; try again in a moment."),
            PostgresErrorCodes.InvalidDatetimeFormat or PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.DatetimeFieldOverflow =>
                Issue.Invalid("The page link is damaged: its cursor was not made by this server. Start again from the first page."),
            _ when exception.SqlState[..2] is "08" or "53" or "57" or "25" or "58" => Issue.Transient(
                "The database can't take the request now; try again in a moment."),
            _ => null,
        };
        return issue is null ? null : Wrap(exception, issue);
    }

    private static FhirException Wrap(Exception cause, Issue issue)
    {
        var fault = new FhirException(issue);
        fault.Data["cause"] = cause.Message;
        return fault;
    }
}
