using System.CommandLine;
using Myeloma.Fhir.Terminology.Importing;

namespace Myeloma.Fhir.Server.Commands;

/// <summary>What the command line says about an import.</summary>
internal sealed record ImportArguments(string Path, string? Format, ReleaseOptions Release, string? DataFolder);

/// <summary>The options of <c>import</c>.</summary>
internal static class ImportOptions
{
    /// <summary>The format that is no terminology's release.</summary>
    public const string PackageFormat = "package";

    public static Command Command()
    {
        var path = new Option<string>("--path") { Description = "The release as its owner publishes it: a folder, a zip, or a file.", HelpName = "PATH", Required = true };
        var format = new Option<string?>("--format") { Description = $"Its form: {string.Join(", ", ReleaseFormat.All.Select(each => each.Name).Append(PackageFormat))} (a FHIR package); without it, all but csv are recognized.", HelpName = "FORM" };
        var url = new Option<string?>("--url") { Description = "Canonical of the code system, where the release does not tell it (claml, csv).", HelpName = "CANONICAL" };
        var version = new Option<string?>("--release-version") { Description = "Version of the code system, where the release does not tell it.", HelpName = "VERSION" };
        var edition = new Option<string?>("--edition") { Description = "Of SNOMED CT: the id of the module that names the edition; not needed for the international one.", HelpName = "SCTID" };
        var columns = new Option<string[]>("--column")
        {
            Description = "Of a table (csv): which column is what, like code=Key, display=Label, definition=Text, parent=Up, property:colour=Paint, designation:de=Deutsch; may be repeated.",
            HelpName = "WHAT=NAME",
        };
        var data = new Option<string?>("--data") { Description = "Folder of the private PostgreSQL cluster, as for serve.", HelpName = "FOLDER" };
        columns.Validators.Add(result =>
        {
            foreach (var column in result.GetValueOrDefault<string[]>() ?? [])
                if (!TableColumns.IsColumn(column)) result.AddError($"--column {column}: code, display, definition, parent, property:CODE or designation:LANGUAGE, then = and the name of the column.");
        });

        var command = new Command(
            "import", "Take a terminology's release into the database: SNOMED CT, LOINC, RxNorm and others. Exit code: 0 done, 1 the release can't be taken, 2 usage, 3 database out of reach.");
        foreach (var option in new Option[] { path, format, url, version, edition, columns, data }) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => ImportCommand.RunAsync(
            new ImportArguments(
                parsed.GetValue(path)!, parsed.GetValue(format), new ReleaseOptions(parsed.GetValue(url), parsed.GetValue(version), parsed.GetValue(edition), TableColumns.Parse(parsed.GetValue(columns) ?? [])),
                parsed.GetValue(data)),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }
}
