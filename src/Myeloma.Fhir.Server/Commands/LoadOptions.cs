using System.CommandLine;

namespace Myeloma.Fhir.Server.Commands;

/// <summary>What the command line says about a load.</summary>
internal sealed record LoadArguments(
    IReadOnlyList<string> Paths, bool IsDryRun, string? OutFile, string? ReportFile, string? Server, string? DataFolder);

/// <summary>The options of <c>load</c>.</summary>
internal static class LoadOptions
{
    public static Command Command()
    {
        var paths = new Argument<string[]>("FILE")
        {
            Description = "Source documents, or folders of them (*.txt, *.md); what is known of a document's origin may stand beside it (name.json).",
            Arity = ArgumentArity.OneOrMore,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; without --server no database is needed, and all counts as new." };
        var outFile = new Option<string?>("--out") { Description = "Write the transaction bundle to this file.", HelpName = "BUNDLE" };
        var report = new Option<string?>("--report") { Description = "Write what was read, merged, left out and not understood to this file, as an OperationOutcome.", HelpName = "FILE" };
        var server = new Option<string?>("--server") { Description = "Load into the running server with this FHIR base URL, instead of the database.", HelpName = "URL" };
        var data = new Option<string?>("--data") { Description = "Folder of the private PostgreSQL cluster, as for serve.", HelpName = "FOLDER" };

        var command = new Command("load", "Turn documents into resources and store them in one transaction. Exit code: 0 done, 1 a document can't be taken, 2 usage, 3 database or server out of reach.");
        command.Arguments.Add(paths);
        foreach (var option in new Option[] { dryRun, outFile, report, server, data }) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => LoadCommand.RunAsync(
            new LoadArguments(
                parsed.GetValue(paths) ?? [], parsed.GetValue(dryRun), parsed.GetValue(outFile),
                parsed.GetValue(report), parsed.GetValue(server), parsed.GetValue(data)),
            cancellationToken));
        return command;
    }
}
