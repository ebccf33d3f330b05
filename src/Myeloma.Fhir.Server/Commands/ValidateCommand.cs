using System.Globalization;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Validating;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Server.Commands;

/// <summary><c>validate</c>: resources in files, folders and at URLs against R4 and profiles, without a database.</summary>
internal static class ValidateCommand
{
    /// <returns>Ok when nothing failed; InputFault when something did; Usage for paths and packages that are not there; Unreachable for a URL.</returns>
    public static async Task<int> RunAsync(ValidateArguments arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        if (arguments is { Watch: true, Format: not ReportFormat.Text })
        {
            await error.WriteLineAsync("--watch writes text; the other formats have one end.");
            return ExitCode.Usage;
        }

        var code = ExitCode.Ok;
        try
        {
            code = await OnceAsync(arguments, null, output, cancellationToken);
            if (arguments.Watch) await WatchAsync(arguments, last => code = last, output, error, cancellationToken);
            return code;
        }
        catch (FhirException fault)
        {
            foreach (var issue in fault.Issues) await error.WriteLineAsync(issue.Diagnostics);
            return ExitCode.Usage;
        }
        catch (HttpRequestException fault)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.Unreachable;
        }
        catch (OperationCanceledException) when (arguments.Watch)
        {
            return code;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Given up.");
            return ExitCode.Usage;
        }
    }

    /// <param name="only">Full paths of the files to look at; null: all inputs.</param>
    private static async Task<int> OnceAsync(ValidateArguments arguments, IReadOnlySet<string>? only, TextWriter output, CancellationToken cancellationToken)
    {
        var all = ResourceInputs.Find(arguments.Inputs);
        var surroundings = new InputDefinitions(all);
        var library = new DefinitionLibrary();
        DefinitionPackage.AddOwn(library);
        foreach (var package in arguments.Packages) await DefinitionPackage.AddAsync(library, package, cancellationToken);
        var validator = new Validator(new ValidatorSettings { Definitions = canonical => library.Find(canonical) ?? surroundings.FindDefinition(canonical) });
        var options = new ValidationOptions
        {
            Profiles = arguments.Profiles,
            BestPractice = arguments.BestPractice,
            MaxIssues = arguments.MaxIssues,
            ResolveReference = surroundings.FindResource,
        };

        var inputs = only is null ? all : all.Where(input => input is ResourceInput.FromFile file && only.Contains(Path.GetFullPath(file.Path))).ToList();
        if (only is not null && inputs.Count == 0) return ExitCode.Ok;
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(100), MaxResponseContentBufferSize = 64 << 20 };
        var report = ValidationReport.Of(arguments.Format, output, arguments.Verbose, IsFailed);
        var pass = new ValidationPass(new InputValidation(validator, options, http), report, IsFailed, arguments.Jobs, Progress(inputs.Count));
        var summary = await pass.RunAsync(inputs, cancellationToken);
        return summary.Failed == 0 ? ExitCode.Ok : ExitCode.InputFault;

        bool IsFailed(ValidatedResource resource) => resource.Errors > 0 || (arguments.FailOn == FailOn.Warning && resource.Warnings > 0);
    }

    private static async Task WatchAsync(ValidateArguments arguments, Action<int> ended, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var watch = new FileWatch(arguments.Inputs.Concat(arguments.Packages).Where(path => File.Exists(path) || Directory.Exists(path)));
        while (true)
        {
            await error.WriteLineAsync("Watching; Ctrl+C ends it.");
            var changed = await watch.NextAsync(cancellationToken);
            await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss}: {changed.Count} changed."));

            // A changed definition may change what is said of every input.
            ended(await OnceAsync(arguments, changed.Any(IsDefinition) ? null : changed, output, cancellationToken));
        }
    }

    private static bool IsDefinition(string path)
    {
        try
        {
            return Path.GetExtension(path) != ".json" || ResourceHeader.Find(File.ReadAllBytes(path)) is not { Url: null };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>At a terminal, how far it is; nothing in a pipe or for a handful.</summary>
    private static Action<int, int>? Progress(int count)
    {
        if (Console.IsErrorRedirected || count < 20) return null;
        var shown = -1;
        return (done, all) =>
        {
            var percent = done * 100 / all;
            if (percent == shown) return;
            shown = percent;
            Console.Error.Write(done == all ? "\r\u001b[K" : string.Create(CultureInfo.InvariantCulture, $"\r{done:N0} of {all:N0} ({percent} %)\u001b[K"));
        };
    }
}
