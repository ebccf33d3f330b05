using System.CommandLine;
using System.Net.Sockets;
using Myeloma.Fhir.EmbeddedPostgres;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Startup;

namespace Myeloma.Fhir.Server.Commands;

/// <summary><c>install</c>: FHIR packages into the database, from files or by their names.</summary>
internal static class InstallCommand
{
    public static Command Command()
    {
        var packages = new Argument<string[]>("PACKAGE")
        {
            Description = "Files (.tgz), or names like hl7.fhir.us.core#6.1.0 of packages that are here or at a registry of the settings (Fhir__Packages__Registries).",
            Arity = ArgumentArity.OneOrMore,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; tell what would become of each resource." };
        var examples = new Option<bool>("--examples") { Description = "Take the packages' examples, too." };
        var noDrafts = new Option<bool>("--no-drafts") { Description = "Leave out resources of status draft." };
        var noDependencies = new Option<bool>("--no-dependencies") { Description = "Do not install what the packages depend on." };
        var validate = new Option<bool>("--validate") { Description = "Refuse resources that break their profiles or invariants." };
        var skipRefused = new Option<bool>("--skip-refused") { Description = "Install the others when some resources are refused; else nothing of a package is installed then." };
        var data = new Option<string?>("--data") { Description = "Folder of the private PostgreSQL cluster, as for serve.", HelpName = "FOLDER" };
        var command = new Command("install", "Install FHIR packages, each in one transaction. Exit code: 0 done, 1 a package can't be taken, 2 usage, 3 database or registry out of reach.");
        command.Arguments.Add(packages);
        foreach (var option in new Option[] { dryRun, examples, noDrafts, noDependencies, validate, skipRefused, data }) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(packages) ?? [],
            new InstallChoices(
                parsed.GetValue(dryRun), parsed.GetValue(examples), !parsed.GetValue(noDrafts), !parsed.GetValue(noDependencies), parsed.GetValue(validate), parsed.GetValue(skipRefused)),
            parsed.GetValue(data), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    /// <summary>Installs one package into an open database.</summary>
    /// <param name="package">A file, or name#version.</param>
    /// <param name="output">Takes a line a file, tab-separated: outcome, file, where it is here, why.</param>
    /// <param name="error">Takes counts and warnings.</param>
    internal static async Task RunAsync(string package, InstallChoices choices, FhirServices services, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var installation = services.Installation;
        InstallReport report;
        if (File.Exists(package)) report = await installation.RunAsync(PackageArchive.Read(await File.ReadAllBytesAsync(package, cancellationToken), installation.Limits), choices, cancellationToken);
        else
        {
            var parts = package.Split('#', '@');
            report = await installation.RunAsync(parts[0], parts.Length > 1 ? parts[1] : null, choices, cancellationToken);
        }

        foreach (var each in report.Packages)
            foreach (var line in each.Lines) await output.WriteLineAsync($"{line.Outcome}\t{each.Name}#{each.Version}\t{line.File}\t{line.Reference}\t{line.Reason}");
        foreach (var issue in report.Summary()) await error.WriteLineAsync(issue.Diagnostics);
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> packages, InstallChoices choices, string? dataFolder, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        await using var database = DatabaseStart.ForCommands(dataFolder);
        return await RunAsync(packages, choices, database, output, error, cancellationToken);
    }

    /// <param name="database">Opened here; disposed by the caller.</param>
    /// <returns>One of <see cref="ExitCode"/>; the packages before the one with a fault are installed.</returns>
    internal static async Task<int> RunAsync(IReadOnlyList<string> packages, InstallChoices choices, DatabaseStart database, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            await error.WriteLineAsync("Opening the database.");
            var services = await database.OpenAsync(cancellationToken);
            foreach (var package in packages) await RunAsync(package, choices, services, output, error, cancellationToken);
            return ExitCode.Ok;
        }
        catch (FhirException fault)
        {
            foreach (var issue in fault.Issues) await error.WriteLineAsync(issue.Diagnostics);
            return OutcomeStatus.Of(fault.Issues) >= 500 ? ExitCode.Unreachable : ExitCode.InputFault;
        }
        catch (Exception fault) when (fault is EmbeddedPostgresException or SocketException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.Unreachable;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Given up; the package at work was not installed.");
            return ExitCode.Unreachable;
        }
    }
}
