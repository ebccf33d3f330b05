using Myeloma.Fhir.EmbeddedPostgres;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Startup;

namespace Myeloma.Fhir.Server.Commands;

/// <summary><c>serve</c>: PostgreSQL, the seeds and the HTTP server, until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <returns>Ok after an orderly stop; Usage for a setting that can't be; Unreachable when PostgreSQL can't be brought up.</returns>
    public static async Task<int> RunAsync(ServeArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            await using var server = FhirServer.Build(arguments);
            await server.RunAsync(cancellationToken);
            return server.StartFault is null ? ExitCode.Ok : Told(server.StartFault);
        }
        catch (Exception fault) when (fault is FhirException or EmbeddedPostgresException or IOException)
        {
            return Told(fault);
        }
    }

    private static int Told(Exception fault)
    {
        Console.Error.WriteLine(fault.Message);
        return fault is FhirException { Issues: [{ Type: IssueType.Invalid }, ..] } ? ExitCode.Usage : ExitCode.Unreachable;
    }
}
