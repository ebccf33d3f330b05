using System.Net.Sockets;
using Myeloma.Fhir.EmbeddedPostgres;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Loading;
using Myeloma.Fhir.Server.Startup;
using Spectre.Console;

namespace Myeloma.Fhir.Server.Commands;

/// <summary><c>load</c>: documents into the database or a running server, or just into a file.</summary>
internal static class LoadCommand
{
    /// <returns>One of <see cref="ExitCode"/>; with anything but Ok nothing was changed.</returns>
    public static async Task<int> RunAsync(LoadArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            await LoadAsync(arguments, cancellationToken);
            return ExitCode.Ok;
        }
        catch (FhirException fault)
        {
            foreach (var issue in fault.Issues)
                await Console.Error.WriteLineAsync(issue.Expression is null ? issue.Diagnostics : $"{issue.Expression}: {issue.Diagnostics}");
            return CodeOf(fault);
        }
        catch (Exception fault) when (fault is EmbeddedPostgresException or HttpRequestException or SocketException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return ExitCode.Unreachable;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Given up; nothing was changed.");
            return ExitCode.Unreachable;
        }
    }

    private static async Task LoadAsync(LoadArguments arguments, CancellationToken cancellationToken)
    {
        var files = DocumentFiles.Find(arguments.Paths);
        Tell($"Reading {files.Count} document(s).");
        var documents = await DocumentFiles.ReadAsync(files, cancellationToken);

        if (arguments.Server is { } url)
        {
            using var server = new HttpTarget(url);
            await LoadAsync(arguments, documents, server, cancellationToken);
        }
        else if (arguments.IsDryRun) await LoadAsync(arguments, documents, null, cancellationToken);
        else
        {
            Tell("Opening the database.");
            await using var database = DatabaseStart.ForCommands(arguments.DataFolder);
            var services = await database.OpenAsync(cancellationToken);
            await LoadAsync(arguments, documents, new DatabaseTarget(services), cancellationToken);
        }
    }

    private static async Task LoadAsync(
        LoadArguments arguments, IReadOnlyList<Loader.Text.SourceDocument> documents, ILoadTarget? target, CancellationToken cancellationToken)
    {
        var (result, plan) = await DocumentLoad.PlanAsync(documents, target, cancellationToken);
        if (arguments.OutFile is { } outFile) await File.WriteAllBytesAsync(outFile, plan.Transaction, cancellationToken);
        if (arguments.ReportFile is { } reportFile) await File.WriteAllBytesAsync(reportFile, result.Report.ToOperationOutcome(), cancellationToken);
        if (!arguments.IsDryRun && target is not null && plan.HasChanges)
        {
            Tell($"Writing {plan.Created.Count + plan.Updated.Count + plan.Retired.Count} resources in one transaction.");
            await target.WriteAsync(plan.Transaction, cancellationToken);
        }

        LoadSummary.Write(result, plan, arguments.IsDryRun);
    }

    /// <summary>Progress goes to standard error, so that standard output holds the summary alone.</summary>
    private static void Tell(string text) => Console.Error.WriteLine(text);

    private static int CodeOf(FhirException fault)
    {
        if (fault.Issues[0].Type == IssueType.NotFound) return ExitCode.Usage;
        return OutcomeStatus.Of(fault.Issues) >= 500 ? ExitCode.Unreachable : ExitCode.InputFault;
    }
}
