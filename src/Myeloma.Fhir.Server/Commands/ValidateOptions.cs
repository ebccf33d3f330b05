using System.CommandLine;
using Myeloma.Fhir.Server.Validating;

namespace Myeloma.Fhir.Server.Commands;

/// <summary>What the command line says about a validation.</summary>
/// <param name="Jobs">Resources checked at a time.</param>
internal sealed record ValidateArguments(
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Profiles,
    IReadOnlyList<string> Packages,
    ReportFormat Format,
    FailOn FailOn,
    bool BestPractice,
    bool Verbose,
    bool Watch,
    int Jobs,
    int MaxIssues);

/// <summary>From which severity on a resource counts as failed.</summary>
internal enum FailOn
{
    Error,
    Warning,
}

/// <summary>The options of <c>validate</c>.</summary>
internal static class ValidateOptions
{
    public static Command Command()
    {
        var inputs = new Argument<string[]>("INPUT")
        {
            Description = "Resources: files (.json, .xml, .ndjson), folders of them with all below, URLs, or - for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var profiles = new Option<string[]>("--profile") { Description = "Check against this profile, too; may be repeated.", HelpName = "CANONICAL" };
        var packages = new Option<string[]>("--package") { Description = "Definitions to know: a folder of resources or an npm package; may be repeated.", HelpName = "DIR|TGZ" };
        var format = new Option<ReportFormat>("--format") { Description = "text (a line an issue), json (an OperationOutcome a resource) or junit.", HelpName = "FORMAT" };
        var failOn = new Option<FailOn>("--fail-on") { Description = "From which severity on the exit code is 1: error or warning.", HelpName = "SEVERITY" };
        var bestPractice = new Option<bool>("--best-practice") { Description = "Report recommendations, too." };
        var verbose = new Option<bool>("--verbose") { Description = "Name the resources without issues, too." };
        var watch = new Option<bool>("--watch") { Description = "Stay, and check again what changes." };
        var jobs = new Option<int>("--jobs") { Description = "Resources checked at a time; default: one a processor.", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "NUMBER" };
        var maxIssues = new Option<int>("--max-issues") { Description = "Issues reported of one resource at most.", DefaultValueFactory = _ => 1_000, HelpName = "NUMBER" };
        AtLeastOne(jobs);
        AtLeastOne(maxIssues);

        var command = new Command("validate", "Check resources against FHIR R4 and profiles; needs no database. Exit code: 0 none failed, 1 some did, 2 usage, 3 a URL is out of reach.");
        command.Arguments.Add(inputs);
        foreach (var option in new Option[] { profiles, packages, format, failOn, bestPractice, verbose, watch, jobs, maxIssues }) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => ValidateCommand.RunAsync(
            new ValidateArguments(
                parsed.GetValue(inputs) ?? [], parsed.GetValue(profiles) ?? [], parsed.GetValue(packages) ?? [], parsed.GetValue(format), parsed.GetValue(failOn),
                parsed.GetValue(bestPractice), parsed.GetValue(verbose), parsed.GetValue(watch), parsed.GetValue(jobs), parsed.GetValue(maxIssues)),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static void AtLeastOne(Option<int> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1) result.AddError($"{option.Name} is a number from 1 on.");
    });
}
