using System.Diagnostics;
using System.Net.Sockets;
using Myeloma.Fhir.EmbeddedPostgres;
using Myeloma.Fhir.Interactions;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Interactions.Terminology;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Startup;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Server.Commands;

/// <summary><c>import</c>: a terminology's release into the database; servers on it answer from it as soon as it is there.</summary>
internal static class ImportCommand
{
    /// <param name="database">Opened here, once the release is found; disposed by the caller.</param>
    /// <exception cref="FhirException">As <see cref="ReleaseImport"/>.</exception>
    /// <exception cref="IOException">The release can't be read.</exception>
    internal static async Task<int> RunAsync(ImportArguments arguments, DatabaseStart database, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (IsPackage(arguments))
        {
            await error.WriteLineAsync("Opening the database.");
            await InstallCommand.RunAsync(arguments.Path, new InstallChoices(), await database.OpenAsync(cancellationToken), output, error, cancellationToken);
            return ExitCode.Ok;
        }

        using var files = ReleaseFiles.At(arguments.Path);
        await error.WriteLineAsync("Opening the database.");
        var services = await database.OpenAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        var release = await services.ReleaseImport.RunAsync(files, arguments.Format, arguments.Release, new Lines(error), cancellationToken);
        var canonical = release.Version is null ? release.Url : $"{release.Url}|{release.Version}";
        var state = release.IsNew ? "imported" : "were there already";
        await output.WriteLineAsync(FormattableString.Invariant($"{canonical}: {release.Concepts} concepts {state}, in {watch.Elapsed.TotalSeconds:F1} s."));
        return ExitCode.Ok;
    }

    /// <param name="output">Takes one line that says what was imported.</param>
    /// <param name="error">Takes progress and faults.</param>
    /// <returns>One of <see cref="ExitCode"/>; with anything but Ok nothing was changed.</returns>
    public static async Task<int> RunAsync(ImportArguments arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = DatabaseStart.ForCommands(arguments.DataFolder);
            return await RunAsync(arguments, database, output, error, cancellationToken);
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
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Given up; nothing was changed.");
            return ExitCode.Unreachable;
        }
    }

    /// <summary>Whether what is to be imported is a FHIR package: no release of one terminology, but resources, among which there may be terminologies.</summary>
    private static bool IsPackage(ImportArguments arguments) =>
        arguments.Format == ImportOptions.PackageFormat
        || (arguments.Format is null && File.Exists(arguments.Path) && (arguments.Path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || arguments.Path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)));

    /// <summary>One line for each thing that is told.</summary>
    private sealed class Lines(TextWriter error) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => error.WriteLine(value.Total is { } total
            ? FormattableString.Invariant($"{value.Step}: {value.Concepts} of {total}.")
            : FormattableString.Invariant($"{value.Step}: {value.Concepts}."));
    }
}
