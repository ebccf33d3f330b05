namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>
/// PostgreSQL can't be found, fetched, started or stopped. The message says what was tried, what went wrong and what to do, and is
/// meant for the person who started the server; it carries the tail of PostgreSQL's own log where there is one, and never a password.
/// </summary>
public sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    public EmbeddedPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
